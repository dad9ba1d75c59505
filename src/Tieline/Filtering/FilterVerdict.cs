namespace Tieline.Filtering;

internal enum FilterVerdict
{
    Drop,
    Keep,

    /// <summary>The skim is not enough: a rule asks for the media type or the queue. Read the event and ask again.</summary>
    ReadFirst,
}
