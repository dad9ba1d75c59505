namespace Tieline.Delivery;

/// <summary>The formats there are. What they look like: <c>docs/formats/payload.md</c>.</summary>
internal enum BodyFormat
{
    Plain,
    CloudEvents,
    Template,
}
