using Tieline.Simulator;

namespace Tieline.Service.Commands.Demo;

/// <summary>Looks for personal data everywhere it must not be, and in the one place where it must be found.</summary>
internal sealed class DemoEvidence(DemoSite site, string canary)
{
    private readonly PersonalDataSearch _search = new([.. PersonalData.Markers, canary]);

    public IReadOnlyList<PersonalDataHit> Hits => [.. _search.Hits.DistinctBy(hit => (hit.Where, hit.Marker))];

    public long BytesSearched => _search.BytesSearched;

    /// <summary>Whether the search found both the usual personal data and the canary where they are known to be.</summary>
    public bool IsProven { get; private set; }

    /// <summary>From a file, since that is what the search is used on.</summary>
    public void Prove(string frames)
    {
        var path = Path.Combine(site.Root, "simulator-frames.ndjson");
        File.WriteAllText(path, frames);
        var proof = new PersonalDataSearch([.. PersonalData.Markers, canary]);
        proof.SearchFile(path, "simulator-frames");
        IsProven = proof.Hits.Any(hit => hit.Marker == canary) && proof.Hits.Any(hit => hit.Marker != canary);
    }

    public void SearchText(string where, string text) => _search.SearchText(where, text);

    /// <summary>Journal, its write-ahead log, audit files and keys; what the CRM got; what Tieline printed.</summary>
    /// <param name="isRunning">Tieline is still at work: its write-ahead log is there, which a clean stop removes.</param>
    public void SearchFiles(string tielineLog, bool isRunning)
    {
        _search.SearchDirectory(site.DataDirectory, inUse: isRunning);
        _search.SearchFile(site.ReceivedFile, "CRM bodies");
        _search.SearchFile(tielineLog, "Tieline's log");
    }
}
