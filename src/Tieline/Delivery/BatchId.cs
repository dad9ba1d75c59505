using System.Security.Cryptography;
using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>Names a batch by what is in it: the same events in the same order have the same id, at every attempt.</summary>
internal static class BatchId
{
    private const string Prefix = "bat_";

    /// <summary>Hex digits, as an event's id has.</summary>
    private const int Digits = 32;

    /// <summary>Of one event: that event's. Else <c>bat_</c> and the first 32 hex digits of SHA-256 over the events' ids, as text, a line feed after each.</summary>
    public static string Of(IReadOnlyList<JournalEntry> batch)
    {
        if (batch.Count == 1)
            return batch[0].Id.ToString();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in batch)
            hash.AppendData(System.Text.Encoding.ASCII.GetBytes(entry.Id + "\n"));
        return Prefix + Convert.ToHexStringLower(hash.GetHashAndReset())[..Digits];
    }
}
