namespace CrmReceiver;

/// <summary>What the receiver can be told, by flag or environment variable.</summary>
/// <param name="LogFile">Where every accepted delivery is appended, so that a restart still knows its id; null: in memory only.</param>
/// <param name="Secret">The Standard Webhooks secret; null: signatures are not verified.</param>
/// <param name="MaxRecords">How many deliveries are remembered.</param>
internal sealed record ReceiverOptions(string? LogFile, string? Secret, int MaxRecords)
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>About 400 MB. At 100 deliveries a second this is two and a half hours.</summary>
    public const int DefaultMaxRecords = 1_000_000;

    public const string Help = """
        crm-receiver: a sample CRM endpoint for Tieline's webhooks, with a page that shows what arrives.

          --urls URL          where to listen (default http://127.0.0.1:5080)
          --file PATH         append every accepted delivery here, so that a restart keeps the ids
          --max-records N     deliveries remembered (default 1000000; then the oldest id is forgotten)

          CRM_WEBHOOK_SECRET  a Standard Webhooks secret (whsec_…); set, every signature is verified

        Example: crm-receiver --urls http://127.0.0.1:5080 --file received.ndjson
        """;

    public static ReceiverOptions Read(IConfiguration configuration)
    {
        var maxRecords = DefaultMaxRecords;
        if (configuration["max-records"] is { } text && (!int.TryParse(text, out maxRecords) || maxRecords < 1))
            throw new ReceiverOptionsException($"--max-records must be a whole number from 1, was '{text}'");
        return new ReceiverOptions(Filled(configuration["file"]), Filled(configuration["CRM_WEBHOOK_SECRET"]), maxRecords);
    }

    private static string? Filled(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
