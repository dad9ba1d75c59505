using System.Security.Cryptography;
using System.Text;
using Tieline.Audit;

namespace Tieline.Tests.Audit;

/// <summary>What a hand can do to the files of a log. Seeded: a number gives the same damage each time.</summary>
internal static class AuditMutations
{
    /// <summary>How many of each kind; 200 in all.</summary>
    public static IReadOnlyList<(string Name, int Count, Action<Dictionary<string, byte[]>, Random> Change)> Kinds { get; } =
    [
        ("byte flipped", 50, (files, random) => Edit(files, AnyLog(files, random), bytes => bytes[random.Next(bytes.Count)] ^= (byte)random.Next(1, 256))),
        ("byte deleted", 18, (files, random) => Edit(files, AnyLog(files, random), bytes => bytes.RemoveAt(random.Next(bytes.Count)))),
        ("byte inserted", 18, (files, random) => Edit(files, AnyLog(files, random), bytes => bytes.Insert(random.Next(bytes.Count + 1), (byte)random.Next(256)))),
        ("line deleted", 15, (files, random) => EditLines(files, AnyLog(files, random), lines => lines.RemoveAt(random.Next(lines.Count)))),
        ("lines swapped", 12, (files, random) => EditLines(files, LongLog(files, random), lines => Swap(lines, random))),
        ("line doubled", 12, (files, random) => EditLines(files, AnyLog(files, random), lines => lines.Insert(random.Next(lines.Count), lines[random.Next(lines.Count)]))),
        ("cut by lines", 10, (files, random) => EditLines(files, Logs(files)[^1], lines => lines.RemoveRange(random.Next(lines.Count)))),
        ("cut by bytes", 10, (files, random) => Edit(files, AnyLog(files, random), bytes => bytes.RemoveRange(random.Next(bytes.Count)))),
        ("file deleted", 4, (files, random) => files.Remove(AnyLog(files, random))),
        ("files swapped", 3, SwapFiles),
        ("file copied", 3, (files, random) => files[AuditFileName.After(NewestName(files), DateOnly.MinValue).ToString()] = files[AnyLog(files, random)]),
        ("checkpoint flipped", 12, (files, random) => Edit(files, CheckpointFile.Name, bytes => bytes[random.Next(bytes.Count)] ^= (byte)random.Next(1, 256))),
        ("checkpoint deleted", 8, (files, random) => EditLines(files, CheckpointFile.Name, lines => lines.RemoveAt(random.Next(lines.Count - 1)))),
        (CheckpointsCut, 6, (files, random) => EditLines(files, CheckpointFile.Name, lines => lines.RemoveRange(random.Next(lines.Count)))),
        ("key changed", 6, (files, random) => Edit(files, AuditKey.PublicFile, bytes => bytes[random.Next(bytes.Count)] ^= (byte)random.Next(1, 256))),
        ("rewritten", 7, Rewrite),
        (RewrittenUnsigned, 6, (files, random) =>
        {
            Rewrite(files, random);
            files.Remove(CheckpointFile.Name);
        }),
    ];

    /// <summary>These need a witness: the files alone are those of a log that was never signed further.</summary>
    public const string CheckpointsCut = "checkpoints cut";

    public const string RewrittenUnsigned = "rewritten, checkpoints deleted";

    private static List<string> Logs(Dictionary<string, byte[]> files) => [.. files.Keys.Where(name => AuditFileName.TryParse(name, out _)).Order(StringComparer.Ordinal)];

    private static string AnyLog(Dictionary<string, byte[]> files, Random random) => Logs(files) is var logs ? logs[random.Next(logs.Count)] : null!;

    private static string LongLog(Dictionary<string, byte[]> files, Random random) => Logs(files).Where(name => files[name].Count(one => one == '\n') > 2).ToList() is var logs ? logs[random.Next(logs.Count)] : null!;

    private static AuditFileName NewestName(Dictionary<string, byte[]> files) => AuditFileName.TryParse(Logs(files)[^1], out var name) ? name : default;

    private static void Edit(Dictionary<string, byte[]> files, string name, Action<List<byte>> change)
    {
        List<byte> bytes = [.. files[name]];
        change(bytes);
        files[name] = [.. bytes];
    }

    private static void EditLines(Dictionary<string, byte[]> files, string name, Action<List<string>> change)
    {
        List<string> lines = [.. Encoding.UTF8.GetString(files[name]).Split('\n')[..^1]];
        change(lines);
        files[name] = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
    }

    private static void RemoveRange<T>(this List<T> list, int from) => list.RemoveRange(from, list.Count - from);

    private static void Swap(List<string> lines, Random random)
    {
        var one = random.Next(lines.Count - 1);
        (lines[one], lines[one + 1]) = (lines[one + 1], lines[one]);
    }

    private static void SwapFiles(Dictionary<string, byte[]> files, Random random)
    {
        var logs = Logs(files);
        var one = random.Next(logs.Count - 1);
        (files[logs[one]], files[logs[one + 1]]) = (files[logs[one + 1]], files[logs[one]]);
    }

    /// <summary>As somebody without the key would: one line changed, and every hash from there on right.</summary>
    private static void Rewrite(Dictionary<string, byte[]> files, Random random)
    {
        var logs = Logs(files);
        var from = random.Next(logs.Sum(name => files[name].Count(one => one == '\n')));
        var (at, head) = (0, new string('0', 64));
        foreach (var name in logs)
        {
            EditLines(files, name, lines =>
            {
                for (var i = 0; i < lines.Count; i++, at++)
                {
                    var line = lines[i];
                    if (at == from)
                        line = line.Replace("\"destination\":null", "\"destination\":\"other\"", StringComparison.Ordinal).Replace("\"destination\":\"crm\"", "\"destination\":null", StringComparison.Ordinal);
                    if (at >= from)
                    {
                        var body = line[..line.IndexOf("\"previous\":", StringComparison.Ordinal)] + $"\"previous\":\"{head}\"}}";
                        line = body[..^1] + $",\"hash\":\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}\"}}";
                    }

                    (lines[i], head) = (line, line[^66..^2]);
                }
            });
        }
    }
}
