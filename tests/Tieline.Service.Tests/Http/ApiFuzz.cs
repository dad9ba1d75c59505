using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Tieline.Service.Tests.Http;

/// <summary>Makes requests of the API's own description: right ones, nearly right ones, and bytes that mean nothing. Seeded.</summary>
internal sealed class ApiFuzz(JsonObject description, int seed)
{
    private static readonly string[] _texts =
    [
        "", " ", "crm", "c1", "x", "'", "\"", "'; DROP TABLE event; --", "%", "_", "*", "../../etc/passwd", "..", ".", "/", "\\", "\0", "a\0b", "\u0001", "\u001b[2J", "\r\nX-Injected: 1", "\u007f", "\u0085", "\u202e", "\u200b", "\u2028", "\ufeff",
        "\ufffd", "\uffff", "é", "日本", "😀", new string('a', 400), new string('a', 401), new string('é', 400), new string('9', 400), "null", "true", "NaN", "{{x}}", "${x}", "<script>", "evt_0123456789abcdef0123456789abcdef", "evt_", "h:0", "dead", "waiting", "1h",
        "conversation.state", "accepted", "2026-03-02T09:00:00Z",
    ];

    private static readonly string[] _numbers =
    [
        "0", "1", "2", "3", "5", "100", "200", "201", "422", "599", "-1", "-0", "00", "01", "+1", " 1", "1 ", "1.0", "1.5", "1e3", "1e308", "1e999", "-1e999", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "99999999999999999999999999", "0x10", "１", "NaN", "Infinity", "", "a", "0.0000000001",
    ];

    private static readonly string[] _times =
    [
        "2026-03-02T09:00:00Z", "2026-03-02T08:00:00Z", "2026-03-02T10:00:00Z", "2026-03-03T00:00:00.000Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00Z", "0000-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "1900-01-01T00:00:00Z", "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.9999999Z", "10000-01-01T00:00:00Z", "2999-12-31T00:00:00Z", "2026-02-30T00:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T23:59:60Z", "2026-03-02T09:00:00+14:00", "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00", "2026-03-02T09:00:00+99:99", "2026-03-02", "09:00", "now", "0", "1772442000000", "-1", "", "2026-03-02T09:00:00", "2026-W10-1",
    ];

    /// <summary>As JSON writes them: the last ones cannot be a .NET string.</summary>
    private static readonly string[] _escapes =
        ["\"\\ud800\"", "\"\\udc00\"", "\"a\\ud800b\"", "\"\\udfff\\ud800\"", "\"\\u0000\"", "\"\\uD83D\\uDE00\"", "\"\\x\"", "\"\\u12\"", "\"\t\"", "1e999", "-0", "01", "1.", "tru", "null", "true", "[]", "{}", "[[[[1]]]]", "{\"a\":{\"a\":1}}"];

    private readonly Random _random = new(seed);
    private readonly List<(string Method, string Path, JsonObject Operation)> _operations =
        [.. from path in description["paths"]!.AsObject() from operation in path.Value!.AsObject() where operation.Key is "get" or "post" select (operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject())];

    /// <summary>The next one, with a text for people.</summary>
    public (HttpRequestMessage Request, string Told) Next()
    {
        var (method, path, operation) = Pick(_operations);
        // Each of these looks at the whole of the disk and the network: a few are enough.
        while (path is "/examinations" or "/destinations/{name}/test" && _random.Next(50) != 0)
            (method, path, operation) = Pick(_operations);
        var url = new StringBuilder("/api/v1" + FillPath(path));
        HttpContent? content = null;
        var body = "";
        if (method == "GET" && _random.Next(8) != 0)
        {
            var parameters = (operation["parameters"]?.AsArray() ?? []).Where(one => (string)one!["in"]! == "query").ToList();
            var separator = '?';
            foreach (var one in parameters.Where(_ => _random.Next(Math.Max(2, parameters.Count / 2)) == 0))
            {
                url.Append(separator).Append((string)one!["name"]!).Append('=').Append(Encoded(ValueOf(one!["schema"]!)));
                separator = '&';
            }

            if (_random.Next(12) == 0)
                url.Append(separator).Append(Pick(["limit=1&limit=2", "%ff=%ff", "%ED%A0%80=1", "=", "&&", "cursor=%ED%A0%80", "cursor=%zz", "nothing=1", "limit=%00", "conversation=%C3%28", "from", new string('q', 5_000)]));
        }
        else if (method == "POST")
        {
            body = Body(operation);
            content = new ByteArrayContent(_random.Next(30) == 0 ? Noise(body) : Encoding.UTF8.GetBytes(body));
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(Pick(["application/json", "application/json", "application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"]));
        }

        if (_random.Next(100) == 0)
            method = Pick(["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "GET", "POST"]);
        var request = new HttpRequestMessage(new HttpMethod(method), url.ToString()) { Content = method is "GET" or "HEAD" ? null : content };
        if (path == "/events/stream" && _random.Next(2) == 0)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", Pick([.. _numbers.Where(text => Ascii.IsValid(text))]).Trim());
        return (request, $"{method} {url} {(body.Length > 300 ? body[..300] : body)}");
    }

    private string Body(JsonObject operation)
    {
        if (_random.Next(20) == 0)
            return Pick(["", " ", "null", "1", "\"a\"", "[]", "{", "{\"", "{}{}", "{\"a\":}", "{\"reason\":\"a\"", "/**/{}", "{\"\\ud800\":1}", "{\"\":1}", "{\"reason\":1,\"reason\":2}", "\ufeff{}", new string('[', 2_000), "{\"filter\":" + new string('{', 500), new string(' ', 9_000), "{\"reason\":\"" + new string('a', 9_000) + "\"}"]);
        var members = new List<string>();
        var schema = operation["requestBody"]?["content"]?["application/json"]?["schema"]?["properties"]?.AsObject() ?? [];
        foreach (var (name, type) in schema)
        {
            if (_random.Next(3) != 0)
                members.Add($"{(_random.Next(60) == 0 ? Pick(_escapes[..5]) : JsonValue.Create(name).ToJsonString())}:{Json(name, type!)}");
        }

        if (_random.Next(15) == 0)
            members.Add($"{Pick(["\"nothing\"", "\"\\ud800\"", "\"by\"", "\"reason\""])}:{Pick(_escapes)}");
        return $"{{{string.Join(',', members)}}}";
    }

    private string Json(string name, JsonNode schema)
    {
        if (_random.Next(5) == 0)
            return Pick(_escapes);
        if (name is "filter" or "destinations" && _random.Next(3) != 0)
        {
            return Pick(["{}", "{\"rules\":[]}", "{\"rules\":[{}]}", "{\"rules\":[{\"type\":\"conversation.state\",\"states\":[\"completed\"]}]}", "{\"rules\":[{\"type\":\"\\ud800\"}]}", "{\"rules\":[null]}", "{\"rules\":null}", "[null]", "[{\"name\":\"crm\"}]", "[{\"name\":\"\\ud800\",\"filter\":{}}]", "[{\"name\":null}]", "[{\"name\":\"crm\"},{\"name\":\"crm\"}]"]);
        }

        var value = ValueOf(schema);
        return _random.Next(4) != 0 && value is "true" or "false" || (_random.Next(3) == 0 && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) ? value : JsonValue.Create(value).ToJsonString();
    }

    private string ValueOf(JsonNode schema)
    {
        if (_random.Next(6) == 0)
            return Pick(_texts);
        if (schema["enum"]?.AsArray() is { Count: > 0 } words)
            return (string)Pick([.. words])!;
        if ((string?)schema["format"] == "date-time")
            return Pick(_times);
        return (schema["type"] as JsonValue)?.GetValue<string>() switch
        {
            "integer" or "number" => Pick(_numbers),
            "boolean" => Pick(["true", "false", "True", "1", ""]),
            _ => Pick(_random.Next(4) == 0 ? _numbers : _texts),
        };
    }

    private string FillPath(string path)
    {
        while (path.IndexOf('{') is >= 0 and var open)
        {
            var close = path.IndexOf('}');
            var name = path[(open + 1)..close];
            var value = _random.Next(3) switch
            {
                0 => name switch { "name" => "crm", "id" => "c1", _ => "1" },
                1 => Encoded(Pick(_numbers)),
                _ => Pick(["%ED%A0%80", "%00", "%2F..%2F", "%C3%28", "%ff", Encoded(Pick(_texts))]),
            };
            path = path[..open] + (value.Length == 0 ? "-" : value) + path[(close + 1)..];
        }

        return path;
    }

    private string Encoded(string text) => _random.Next(25) == 0 ? Pick(["%ED%A0%80", "%C0%80", "%ff", "%", "%u0041", "+", "%2B", "%00"]) : Uri.EscapeDataString(text);

    private byte[] Noise(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        for (var i = 0; i < 3 && bytes.Length > 0; i++)
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        return bytes;
    }

    private T Pick<T>(IReadOnlyList<T> all) => all[_random.Next(all.Count)];
}
