using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tieline.Delivery;
using Tieline.TestKit;

namespace Tieline.Tests.Receiving;

/// <summary>What docs/receiving.md tells receivers to do works as it stands there.</summary>
public sealed partial class ReceivingDocumentTests : IDisposable
{
    private const long Now = 1_772_442_847;

    private static readonly SigningKey _key = SigningKey.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", out _)!;
    private static readonly SigningKey _other = SigningKey.Create(SigningAlgorithm.V1);
    private static readonly string _document = File.ReadAllText(Repository.FileNamed("docs/receiving.md"));

    private readonly TempDirectory _directory = new();

    private static IReadOnlyList<Case> Cases { get; } =
    [
        Of("right", true, _key.Sign(Content("evt_1", Now, Body))),
        Of("from a backfill of the past, signed now", true, _key.Sign(Content("evt_1", Now - 299, Body)), Now - 299),
        Of("two signatures, the second one right", true, $"{_other.Sign(Content("evt_1", Now, Body))} {_key.Sign(Content("evt_1", Now, Body))}"),
        Of("two signatures, the first one right", true, $"{_key.Sign(Content("evt_1", Now, Body))} v1a,AAAA"),
        Of("another secret", false, _other.Sign(Content("evt_1", Now, Body))),
        Of("another body", false, _key.Sign(Content("evt_1", Now, Body + " "))),
        Of("another id", false, _key.Sign(Content("evt_2", Now, Body))),
        Of("another time", false, _key.Sign(Content("evt_1", Now - 1, Body))),
        Of("stale", false, _key.Sign(Content("evt_1", Now - 301, Body)), Now - 301),
        Of("from the future", false, _key.Sign(Content("evt_1", Now + 301, Body)), Now + 301),
        Of("none", false, ""),
        Of("no base64", false, "v1,***"),
        Of("too long", false, "v1," + new string('A', 200)),
        Of("another version", false, "v2," + _key.Sign(Content("evt_1", Now, Body))[3..]),
    ];

    private static string Body => """{"conversationId":"Größe-日本"}""";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_code_in_csharp_tells_right_from_wrong()
    {
        var compiled = File.ReadAllLines(Repository.FileNamed("tests/Tieline.Tests/Receiving/TielineSignature.cs"));
        string.Join('\n', compiled.Skip(1)).ShouldBe(Code("csharp"), "copy the document's code into the file");
        foreach (var each in Cases)
            TielineSignature.Verify(_key.Text, each.Id, each.Timestamp, each.Signatures, Encoding.UTF8.GetBytes(each.Body), DateTimeOffset.FromUnixTimeSeconds(Now)).ShouldBe(each.Expected, each.Name);
    }

    [Fact]
    public Task The_code_in_javascript_tells_right_from_wrong() => RunAsync("node", "receive.cjs", Code("javascript") + """

        const { readFileSync } = require("node:fs");
        for (const c of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
          const headers = { "webhook-id": c.Id, "webhook-timestamp": c.Timestamp, "webhook-signature": c.Signatures };
          if (verify(process.argv[3], headers, Buffer.from(c.Body), Number(process.argv[4])) !== c.Expected) throw new Error(c.Name);
        }
        if (verify(process.argv[3], {}, Buffer.from(""), 0)) throw new Error("no headers");
        """);

    [Fact]
    public Task The_code_in_python_tells_right_from_wrong() => RunAsync("python3", "receive.py", Code("python") + """

        import json
        import sys

        for c in json.load(open(sys.argv[1], encoding="utf-8")):
            headers = {"webhook-id": c["Id"], "webhook-timestamp": c["Timestamp"], "webhook-signature": c["Signatures"]}
            if verify(sys.argv[2], headers, c["Body"].encode(), int(sys.argv[3])) != c["Expected"]:
                sys.exit(c["Name"])
        if verify(sys.argv[2], {}, b"", 1):
            sys.exit("no headers")
        """);

    private static Case Of(string name, bool expected, string signatures, long timestamp = Now) => new(name, "evt_1", timestamp.ToString(CultureInfo.InvariantCulture), signatures, Body, expected);

    private static byte[] Content(string id, long timestamp, string body) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.{body}"));

    /// <summary>The one block of that language.</summary>
    private static string Code(string language) => Fence().Matches(_document).Single(match => match.Groups["language"].Value == language).Groups["code"].Value.TrimEnd('\n');

    /// <summary>Skips the test where the language is not at hand.</summary>
    private async Task RunAsync(string program, string name, string script)
    {
        var (code, cases) = (_directory.FileNamed(name), _directory.FileNamed("cases.json"));
        await File.WriteAllTextAsync(code, script, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(cases, JsonSerializer.Serialize(Cases), TestContext.Current.CancellationToken);
        var (isThere, problem) = await OtherProgram.RunAsync(program, _directory.Path, [code, cases, _key.Text, Now.ToString(CultureInfo.InvariantCulture)], TestContext.Current.CancellationToken);
        Assert.SkipUnless(isThere, $"there is no {program} here");
        problem.ShouldBeNull();
    }

    [GeneratedRegex("^```(?<language>[a-z]+)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fence();

    private sealed record Case(string Name, string Id, string Timestamp, string Signatures, string Body, bool Expected);
}
