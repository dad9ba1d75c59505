using System.Text.Json;

namespace Tieline.Simulator.Crm.Presets;

/// <summary>A CRM's own API, as far as somebody who sends it records sees it: paths, credentials, limits, answers. One request at a time.</summary>
/// <remarks>Numbers and answers are those of the vendors' documents of 2026; a test may set smaller limits.</remarks>
internal abstract class CrmPreset(TimeProvider time)
{
    /// <summary>What every stand-in takes as its client or user, and as its secret, password or token.</summary>
    public const string User = "tieline";

    /// <inheritdoc cref="User"/>
    public const string Secret = "secret-of-the-crm";

    /// <summary>Of a limit that was given: nobody can wait for an hour or a day.</summary>
    protected static readonly TimeSpan ShortWindow = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, CrmRecord> _records = new(StringComparer.Ordinal);
    private readonly HashSet<string> _tokens = new(StringComparer.Ordinal);
    private long _throttled;
    private long _pushed;
    private int _tokensMade;

    public static IReadOnlyList<string> Names { get; } = ["salesforce", "hubspot", "zendesk", "dynamics365", "servicenow"];

    protected abstract string Name { get; }

    protected DateTimeOffset Now => time.GetUtcNow();

    public CrmPresetStatus Status
    {
        get
        {
            lock (_gate)
                return new CrmPresetStatus(Name, _records.Count, _throttled, _pushed);
        }
    }

    public IReadOnlyList<CrmRecord> Records
    {
        get
        {
            lock (_gate)
                return [.. _records.Values];
        }
    }

    /// <param name="limit">Requests in any <see cref="ShortWindow"/>, in place of the real limit and its window.</param>
    /// <param name="daily">In place of the real limit of a day.</param>
    public static CrmPreset Create(string name, int? limit, int? daily, TimeProvider time) => name switch
    {
        "salesforce" => new SalesforcePreset(limit, daily, time),
        "hubspot" => new HubSpotPreset(limit, daily, time),
        "zendesk" => new ZendeskPreset(limit, time),
        "dynamics365" => new DynamicsPreset(limit, time),
        "servicenow" => new ServiceNowPreset(limit, time),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such preset"),
    };

    public PresetReply Take(PresetRequest request)
    {
        lock (_gate)
        {
            try
            {
                return Answer(request);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                return Malformed(e.Message);
            }
        }
    }

    /// <summary>An error of this CRM, whatever is asked.</summary>
    /// <param name="code">Also one that the CRM does not have.</param>
    public abstract PresetReply Refuse(int status, string code);

    /// <summary>No token that was given so far is good any more.</summary>
    public void RevokeTokens()
    {
        lock (_gate)
            _tokens.Clear();
    }

    protected abstract PresetReply Answer(PresetRequest request);

    /// <summary>A body that cannot be read.</summary>
    protected abstract PresetReply Malformed(string problem);

    /// <summary>Grant client credentials, the id and the secret as Basic or in the form.</summary>
    protected PresetReply Token(PresetRequest request, int? expiresIn)
    {
        var form = System.Text.Encoding.UTF8.GetString(request.Body);
        if (!IsBasic(request) && !form.Contains($"client_secret={Secret}", StringComparison.Ordinal))
            return new PresetReply(401, new { error = "invalid_client", error_description = "invalid client credentials" });
        var token = $"{Name}-token-{++_tokensMade}";
        _tokens.Add(token);
        return new PresetReply(200, expiresIn is null ? new { access_token = token, token_type = "Bearer" } : new { access_token = token, token_type = "Bearer", expires_in = expiresIn });
    }

    protected bool HasToken(PresetRequest request) => request.Header("Authorization") is { } header && header.StartsWith("Bearer ", StringComparison.Ordinal) && _tokens.Contains(header["Bearer ".Length..]);

    protected static bool IsBasic(PresetRequest request, string user = User) =>
        request.Header("Authorization") == "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{Secret}"));

    /// <returns>Whether there was none before.</returns>
    protected bool Upsert(string externalId, string json)
    {
        var isNew = !_records.TryGetValue(externalId, out var record);
        _records[externalId] = isNew ? new CrmRecord(externalId, 1, 1, json) : record! with { Writes = record.Writes + 1, Json = json };
        return isNew;
    }

    /// <summary>A further object, whether there is one or not.</summary>
    protected void Insert(string externalId, string json)
    {
        if (!Upsert(externalId, json))
            _records[externalId] = _records[externalId] with { Copies = _records[externalId].Copies + 1 };
    }

    protected T Throttled<T>(T reply, bool pushed = false)
    {
        _throttled++;
        _pushed += pushed ? 1 : 0;
        return reply;
    }

    protected static string Seconds(TimeSpan wait) => Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString();
}
