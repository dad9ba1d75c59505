using Tieline.Service.Hosting;

namespace Tieline.Service.Commands.Demo;

/// <summary>A program as it is started: an executable, and what stands before the arguments.</summary>
internal sealed record ProgramFile(string Path, IReadOnlyList<string> Prefix)
{
    /// <summary>Looks for the executable, then for the library that <c>dotnet</c> runs, in the directories given, in that order. Pure but for <paramref name="exists"/>.</summary>
    /// <exception cref="StartupException">It is in none of them.</exception>
    public static ProgramFile Find(string name, IReadOnlyList<string> directories, string? ownProcess, Predicate<string> exists)
    {
        foreach (var directory in directories)
        {
            var executable = System.IO.Path.Combine(directory, name);
            if (exists(executable))
                return new ProgramFile(executable, []);
            var library = executable + ".dll";
            if (exists(library))
                return new ProgramFile(System.IO.Path.GetFileNameWithoutExtension(ownProcess) == "dotnet" ? ownProcess! : "dotnet", [library]);
        }

        throw new StartupException(
            $"'{name}' is not in {string.Join(" or ", directories)}. The demo needs it: run ./tieline demo in a clone, or publish both with eng/publish DIR.");
    }

    public static ProgramFile Tieline() => Find("tieline", [AppContext.BaseDirectory]);

    public static ProgramFile CrmReceiver() =>
        Find("crm-receiver", [System.IO.Path.Combine(AppContext.BaseDirectory, "crm-receiver"), AppContext.BaseDirectory]);

    private static ProgramFile Find(string name, IReadOnlyList<string> directories) => Find(name, directories, Environment.ProcessPath, File.Exists);
}
