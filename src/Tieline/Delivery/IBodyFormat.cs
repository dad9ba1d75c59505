using System.Net.Http.Headers;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>From events to the bytes of a request. Safe from any thread.</summary>
internal interface IBodyFormat
{
    /// <summary>Of one event. Shared by all requests: not to be changed.</summary>
    MediaTypeHeaderValue ContentType { get; }

    /// <summary>Of a batch; likewise.</summary>
    MediaTypeHeaderValue BatchContentType { get; }

    /// <exception cref="BodyException">This event cannot be written so, now or later.</exception>
    ReadOnlyMemory<byte> Write(JournalEntry entry);

    /// <summary>A batch, in this order, each event with its id.</summary>
    /// <exception cref="BodyException">These cannot be written so together; fewer of them perhaps can.</exception>
    ReadOnlyMemory<byte> Write(IReadOnlyList<JournalEntry> entries);
}
