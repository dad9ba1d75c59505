namespace Tieline.Service.Doctor;

/// <summary>The data directory as it is now, or as it will be.</summary>
/// <param name="Path">Full.</param>
internal sealed record DataFolder(string Path)
{
    public bool Exists => Directory.Exists(Path);

    /// <summary>Itself, or before the first start the nearest folder above that is there: the same disk, unless one is mounted in between.</summary>
    public string Nearest
    {
        get
        {
            var path = Path;
            while (!Directory.Exists(path) && System.IO.Path.GetDirectoryName(path) is { } above)
                path = above;
            return path;
        }
    }

    /// <summary>For findings.</summary>
    public string Described => Exists ? Path : $"{Nearest} ({Path} is made at the first start)";
}
