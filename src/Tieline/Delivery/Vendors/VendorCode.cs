namespace Tieline.Delivery;

/// <summary>One row of a CRM's table of error codes. The same rows stand in the recipe's README.</summary>
/// <param name="Code">As the vendor writes it: the only text of an answer that may go into logs, since it comes from here.</param>
/// <param name="Text">What it says, for whoever reads the status.</param>
internal sealed record VendorCode(string Code, VendorMeaning Meaning, string Text)
{
    /// <summary>Only under this status; null: under any.</summary>
    public int? Status { get; init; }

    /// <summary>It says only that something else failed (a trigger, a plug-in, a validation): what is named in its text decides, where that is known.</summary>
    public bool Wraps { get; init; }

    /// <summary>No code but words, looked for in the text of an answer whose own code wraps, or is not known.</summary>
    public bool IsPhrase { get; init; }

    public override string ToString() => Code;
}
