namespace Tieline.TestKit;

/// <summary>The clone that the tests stand in: its documents are tested too.</summary>
public static class Repository
{
    /// <summary>Its root: the nearest folder above the tests that has the solution.</summary>
    /// <exception cref="DirectoryNotFoundException">The tests were copied out of it.</exception>
    public static string Root { get; } = Find();

    /// <param name="path">From the root on: <c>docs/metrics.md</c>.</param>
    public static string FileNamed(string path) => Path.Combine(Root, path);

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Tieline.slnx")))
                return folder;
        }

        throw new DirectoryNotFoundException($"There is no Tieline.slnx above '{AppContext.BaseDirectory}'.");
    }
}
