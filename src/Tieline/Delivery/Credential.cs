namespace Tieline.Delivery;

/// <summary>What an attempt shows the CRM: a header; nothing; or why there is nothing to show, and so no attempt.</summary>
internal readonly record struct Credential(string? Header, string? Value, DeliveryOutcome.BackOff? Missing)
{
    public override string ToString() => Header ?? Missing?.Reason.ToString() ?? "none";
}
