using Microsoft.Data.Sqlite;
using Tieline.Journal;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Storage;

namespace Tieline.Service.Commands;

/// <summary>The data directory of a command, and who holds it.</summary>
/// <param name="Directory">Its full path; there is a journal in it.</param>
internal sealed record DataLocation(string Directory)
{
    public string Journal => Path.Combine(Directory, JournalSchema.FileName);

    /// <summary>Whether a Tieline runs with it now: then that one is asked.</summary>
    /// <exception cref="StartupException">The disk does not let that be found out.</exception>
    public bool IsInUse
    {
        get
        {
            try
            {
                return DataDirectory.IsInUse(Directory);
            }
            catch (StorageException e)
            {
                throw new StartupException(e.Message, e);
            }
        }
    }

    /// <exception cref="StartupException">There is no journal.</exception>
    public static DataLocation Find(string given, CommandContext context)
    {
        var location = new DataLocation(Path.GetFullPath(given, context.WorkingDirectory));
        return File.Exists(location.Journal)
            ? location
            : throw new StartupException($"There is no journal in '{location.Directory}': Tieline has not run with this data directory yet. DataDirectory, or --data where a command has it, names another one.");
    }

    /// <summary>Says in a sentence what keeps the disk from being used.</summary>
    public static async Task<T> ExplainAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (StorageException e)
        {
            throw new StartupException(e.Message, e);
        }
        catch (SqliteException e)
        {
            throw new StartupException($"Cannot read the journal: {e.Message}. If an older Tieline made it, 'tieline run' brings it up to date.", e);
        }
    }
}
