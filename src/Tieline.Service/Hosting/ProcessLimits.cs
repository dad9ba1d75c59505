using System.Globalization;
using Tieline.Genesys;
using Tieline.Service.Configuration;

namespace Tieline.Service.Hosting;

/// <summary>What the operating system lets this process have: files and sockets, address space, the size of a file, memory. Null: no limit, or none that can be found out.</summary>
internal sealed record ProcessLimits(long? OpenFiles, long? AddressSpace, long? FileSize, long? Memory)
{
    /// <summary>What .NET itself, the log, the HTTP server, the journal's seven connections with two files each, the audit log and the SIEM's connection have open, with room for some who look at the console. Beyond that each connection to the console or the API takes one, up to <see cref="TielineHost.MostConnections"/>.</summary>
    private const long FilesOfItsOwn = 256;

    private const long FilesToStart = 128;

    /// <summary>The journal's write-ahead log alone is made 24 MiB long at the start.</summary>
    private const long SmallestFile = 64 * MiB;

    private const long MiB = 1 << 20;

    /// <summary>.NET reserves hundreds of GiB of address space, and uses little of it.</summary>
    private const long FewAddresses = 512L * 1024 * MiB;

    private const long LittleMemory = 192 * MiB;

    /// <summary>Those of this process.</summary>
    public static ProcessLimits Read() => Of(
        TextOf("/proc/self/limits"),
        [TextOf($"/sys/fs/cgroup{CgroupOf(TextOf("/proc/self/cgroup"))}/memory.max"), TextOf("/sys/fs/cgroup/memory.max"), TextOf("/sys/fs/cgroup/memory/memory.limit_in_bytes")]);

    /// <summary>Why no command can work at all; null where one can.</summary>
    public static string? TooLowToStart() => Soft(TextOf("/proc/self/limits"), "Max open files") is { } files && files < FilesToStart
        ? $"error: at most {files} files and sockets may be open at once (ulimit -n); any command needs {FilesToStart}, and 'tieline run' {FilesOfItsOwn} and more. Raise it: LimitNOFILE in the unit, --ulimit nofile for a container, ulimit -n in a shell."
        : null;

    /// <param name="limits">As <c>/proc/self/limits</c> says it.</param>
    /// <param name="memory">What the control groups say, each a number, <c>max</c>, or nothing.</param>
    public static ProcessLimits Of(string limits, IEnumerable<string> memory) => new(
        Soft(limits, "Max open files"), Soft(limits, "Max address space"), Soft(limits, "Max file size"),
        memory.Select(text => Number(text.Trim())).Where(bytes => bytes < long.MaxValue / 2).Min()); // the older control groups say "no limit" by a number beyond all sense

    /// <summary>Files and sockets that these options may come to need.</summary>
    public static long FilesFor(TielineOptions options) =>
        FilesOfItsOwn + options.Destinations.Sum(destination => destination.Concurrency + 4L)
        + (options.Genesys.Source == GenesysSource.Notifications ? 64 : 8);

    /// <summary>What is too little for it to run with these options; each says the limit, what is needed and what to do.</summary>
    public IEnumerable<LimitProblem> Judge(TielineOptions options)
    {
        if (OpenFiles is { } files && FilesFor(options) is var needed && files < needed)
        {
            yield return new LimitProblem(
                true, $"at most {files} files and sockets may be open at once (ulimit -n), and {needed} are needed",
                $"Raise it to {needed} at least: LimitNOFILE in the unit, --ulimit nofile for a container, ulimit -n in a shell.");
        }

        if (FileSize is { } size)
        {
            yield return new LimitProblem(
                size < SmallestFile, $"no file may grow beyond {size / MiB} MiB (ulimit -f)",
                "Lift it (LimitFSIZE=infinity, ulimit -f unlimited): the journal grows while a CRM is down, and the operating system ends a process at that limit.");
        }

        if (AddressSpace is { } addresses && addresses < FewAddresses)
        {
            yield return new LimitProblem(
                false, $"the address space is limited to {addresses / MiB} MiB (ulimit -v)",
                ".NET reserves far more addresses than it uses, and may end for want of them. Lift it (LimitAS=infinity, ulimit -v unlimited), and limit memory by the control group (MemoryMax, --memory).");
        }

        if (Memory is { } memory && memory < LittleMemory)
            yield return new LimitProblem(false, $"memory is limited to {memory / MiB} MiB", $"Give it {LittleMemory / MiB} MiB at least, 256 under load (MemoryMax, --memory).");
    }

    private static long? Soft(string limits, string name)
    {
        var line = limits.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? null : Number(line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "");
    }

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <returns>The path of the one group that all limits are of; empty where there are others.</returns>
    private static string CgroupOf(string groups) => groups.Split('\n').FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal))?[3..].Trim().TrimEnd('/') ?? "";

    private static string TextOf(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

/// <param name="IsFatal">It cannot run so.</param>
/// <param name="Seen">What the limit is, as part of a sentence.</param>
/// <param name="Advice">What to do.</param>
internal sealed record LimitProblem(bool IsFatal, string Seen, string Advice);
