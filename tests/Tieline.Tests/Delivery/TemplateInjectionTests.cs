using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.AspNetCore.WebUtilities;
using Tieline.Delivery;
using static Tieline.Tests.Delivery.Entries;

namespace Tieline.Tests.Delivery;

/// <summary>Whatever an event says, it says it inside its own value: nothing closes the value, adds a member, or is run as a template.</summary>
public sealed class TemplateInjectionTests
{
    public static TheoryData<string> Hostile { get; } =
    [
        "\",\"admin\":true,\"x\":\"", "\\\",\"admin\":true", "\\u0022", "{{ id }}", "{% for i in (1..9) %}x{% endfor %}", "{{'a'|append:id}}", "</a><admin>1</admin>", "]]><b/>", "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
        "&e;&lt;&#x3c;", "x&admin=1", "a=b+c%26d%3D%00", "' OR 1=1 --", "${jndi:ldap://x}", "a\u2028b\u00a0c\u202ed", "🙂é\u0301", "\r\nX-Admin: 1\r\n\r\n",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void In_JSON_it_is_one_string(string text)
    {
        foreach (var template in new[] { """{"a":"{{ conversationId }}","b":1}""", """{"a":{{ conversationId | json }},"b":1}""" })
        {
            using var read = JsonDocument.Parse(Render(template, "application/json", text));
            read.RootElement.EnumerateObject().Select(member => member.Name).ShouldBe(["a", "b"]);
            read.RootElement.GetProperty("a").GetString().ShouldBe(text);
        }
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void In_XML_it_is_the_text_of_one_element_or_attribute(string text)
    {
        var read = XElement.Parse(Render("<r c=\"{{ conversationId }}\"><a>{{ conversationId }}</a></r>", "application/xml", text), LoadOptions.PreserveWhitespace);
        Normal(read.Elements().ShouldHaveSingleItem().Value).ShouldBe(Normal(text));
        Normal(read.Attributes().ShouldHaveSingleItem().Value).ShouldBe(Normal(text));
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void In_a_form_it_is_one_field(string text)
    {
        var fields = QueryHelpers.ParseQuery(Render("a={{ conversationId }}&b=1", "application/x-www-form-urlencoded", text));
        fields.Keys.Order().ShouldBe(["a", "b"]);
        fields["a"].ToString().ShouldBe(text);
    }

    /// <summary>XML has one line end, and in an attribute it is a space.</summary>
    private static string Normal(string text) => text.Replace("\r\n", " ", StringComparison.Ordinal).Replace('\n', ' ');

    private static string Render(string template, string contentType, string conversation) => Encoding.UTF8.GetString(TemplateFormat.Create(template, contentType).Write(Entry(1, conversation)).Span);
}
