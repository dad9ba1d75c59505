using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Xml;
using Fluid;
using Fluid.Filters;
using Fluid.Values;
using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>A body by the operator's Liquid template. It sees the event and nothing else: no files, no other templates, no objects of .NET.</summary>
internal sealed class TemplateFormat : IBodyFormat
{
    /// <summary>Tags and values in one rendering, loops counted through.</summary>
    public const int MaxSteps = 10_000;

    /// <summary>Besides, for each event that a batch may have.</summary>
    public const int MaxStepsMore = 1_000;

    private const string Names = "id, conversationId, type, state, timestamp, origin, participants";

    private const string BatchNames = $"events, each with {Names},";

    private static readonly FluidParser _parser = CreateParser();

    private readonly IFluidTemplate _template;
    private readonly TextEncoder _encoder;
    private readonly bool _isJson;
    private readonly bool _isXml;
    private readonly Fluid.TemplateOptions _options;

    private readonly int _maxEvents;

    private TemplateFormat(IFluidTemplate template, MediaTypeHeaderValue contentType, int maxEvents)
    {
        (_template, ContentType, _maxEvents) = (template, contentType, maxEvents);
        var type = contentType.MediaType!;
        _isJson = IsOf(type, "json");
        _isXml = IsOf(type, "xml");
        _encoder = _isJson ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping
            : _isXml || IsOf(type, "html") ? HtmlEncoder.Default
            : IsOf(type, "x-www-form-urlencoded") ? UrlEncoder.Default
            : NullEncoder.Default;
        _options = CreateOptions();
    }

    public MediaTypeHeaderValue ContentType { get; }

    public MediaTypeHeaderValue BatchContentType => ContentType;

    /// <summary>Tried on events of every kind, so that what cannot work is known before there is one to lose.</summary>
    /// <param name="maxEvents">With more than 1 it is rendered once for a batch, and sees <c>events</c>.</param>
    /// <exception cref="BodyException">It is no template, or fails; the message says where.</exception>
    public static TemplateFormat Create(string text, string contentType, int maxEvents = 1)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
            throw new BodyException($"'{contentType}' is no content type");
        if (!_parser.TryParse(text, out var template, out var error))
            throw new BodyException($"is no Liquid template: {error.Split('\n')[0].TrimEnd()}");
        var format = new TemplateFormat(template, type, maxEvents);
        foreach (var sample in SampleEntries.All)
            format.Try(sample);
        return format;
    }

    public ReadOnlyMemory<byte> Write(JournalEntry entry)
    {
        var context = new TemplateContext(_options);
        foreach (var (name, value) in Members(entry))
            context.SetValue(name, value);
        return Render(context);
    }

    public ReadOnlyMemory<byte> Write(IReadOnlyList<JournalEntry> entries)
    {
        var context = new TemplateContext(_options);
        context.SetValue("events", entries.Select(Members).ToList());
        return Render(context);
    }

    private void Try(JournalEntry sample)
    {
        if (_maxEvents == 1)
        {
            Write(sample);
            return;
        }

        Write([sample]);
        Write([.. SampleEntries.All, sample]);
    }

    private ReadOnlyMemory<byte> Render(TemplateContext context)
    {
        var writer = new BoundedWriter(PlainBody.MaxBytes);
        try
        {
            var rendering = _template.RenderAsync(writer, _encoder, context);
            if (!rendering.IsCompletedSuccessfully)
                rendering.AsTask().GetAwaiter().GetResult(); // nothing in it waits for anything
        }
        catch (BodyException)
        {
            throw;
        }
#pragma warning disable CA1031 // whatever a template fails with, it fails with it again: this event is set aside with the reason
        catch (Exception e)
#pragma warning restore CA1031
        {
            // Fluid has one message for too many steps and for too deep a recursion, and the latter cannot be without includes.
            throw new BodyException(e is InvalidOperationException ? $"the template takes more than {_options.MaxSteps} steps, or fails: {e.Message}" : $"the template fails: {e.Message}", e);
        }

        var body = Encoding.UTF8.GetBytes(writer.ToString());
        if (_isJson)
            RequireJson(body);
        else if (_isXml)
            RequireXml(body);
        return body;
    }

    private static void RequireJson(byte[] body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
                reader.TrySkip();
        }
        catch (JsonException e)
        {
            throw new BodyException($"the template does not give JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine}", e);
        }
    }

    /// <summary>A document, in which every character is allowed: <c>&amp;#x0;</c> is none, however it is written. What a DTD names is not fetched.</summary>
    private static void RequireXml(byte[] body)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(body), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, CheckCharacters = true });
            while (reader.Read())
            {
                // Reading checks.
            }
        }
        catch (XmlException e)
        {
            throw new BodyException($"the template does not give XML: line {e.LineNumber}, character {e.LinePosition}", e); // its message repeats what it read
        }
    }

    private static FluidParser CreateParser()
    {
        var parser = new FluidParser();
        parser.RegisteredTags.Remove("include");
        parser.RegisteredTags.Remove("render");
        return parser;
    }

    private Fluid.TemplateOptions CreateOptions()
    {
        var options = new Fluid.TemplateOptions
        {
            MaxSteps = MaxSteps + ((_maxEvents - 1) * MaxStepsMore),
            StrictFilters = true,
            JsonSerializerOptions = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping },
            Undefined = name => throw new BodyException($"the template names '{name}', which there is not: {(_maxEvents == 1 ? Names : BatchNames)} are"),
            Assigned = (_, value, _) => value is StringValue && value.ToStringValue().Length > PlainBody.MaxBytes
                ? throw new BodyException($"the template makes a text of more than {PlainBody.MaxBytes} characters")
                : new ValueTask<FluidValue>(value),
        };
        if (_isJson)
        {
            // Its result is JSON already: escaped once more it would be a text.
            options.Filters.AddFilter("json", async (input, arguments, context) => new StringValue((await MiscFilters.Json(input, arguments, context)).ToStringValue(), encode: false));
        }

        return options;
    }

    private static Dictionary<string, object?> Members(JournalEntry entry) => new(StringComparer.Ordinal)
    {
        ["id"] = entry.Id.ToString(),
        ["conversationId"] = entry.ConversationId,
        ["type"] = entry.Type,
        ["state"] = entry.State,
        ["timestamp"] = EventTime.ToText(entry.OccurredAt),
        ["origin"] = entry.Origin == EventOrigin.Backfill ? "backfill" : "live",
        ["participants"] = JsonSerializer.Deserialize<List<Dictionary<string, string>>>(entry.ParticipantsJson.Span) ?? [],
    };

    private static bool IsOf(string type, string kind) => type.EndsWith("/" + kind, StringComparison.OrdinalIgnoreCase) || type.EndsWith("+" + kind, StringComparison.OrdinalIgnoreCase);
}
