using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Storage;

/// <summary>A data directory into which somebody else can have put something is refused before anything in it is read or written.</summary>
[SupportedOSPlatform("linux")]
public sealed class FolderTrustTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TempDirectory _temp = new();

    private string Data => _temp.FileNamed("data");

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("", UnixFileMode.OtherWrite)]
    [InlineData("", UnixFileMode.GroupWrite)]
    [InlineData("keys", UnixFileMode.OtherWrite)]
    [InlineData("audit", UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)]
    public void Open_OthersMayWrite_IsRefused(string folder, UnixFileMode open)
    {
        var path = Directory.CreateDirectory(Path.Combine(Data, folder)).FullName.TrimEnd('/');
        File.SetUnixFileMode(path, OwnerOnly | open);
        var message = Should.Throw<StorageException>(() => DataDirectory.Open(Data)).Message;
        message.ShouldContain($"Others can write to '{path}'");
        message.ShouldContain($"chmod 700 '{path}'");
        File.Exists(Path.Combine(Data, "lock")).ShouldBeFalse("nothing was written");
    }

    [Theory]
    [InlineData("console-token")]
    [InlineData("console-viewer-token")]
    [InlineData("lock")]
    [InlineData("lock.pid")]
    [InlineData("tieline.db")]
    [InlineData("keys/identity.key")]
    [InlineData("audit/checkpoints.jsonl")]
    [InlineData("keys")]
    [InlineData("audit")]
    public void Open_ASymbolicLink_IsRefusedAndItsTargetIsAsItWas(string name)
    {
        var target = _temp.FileNamed("target");
        var isFolder = !name.Contains('/') && name is "keys" or "audit";
        if (isFolder)
            Directory.CreateDirectory(target);
        else
            File.WriteAllText(target, "mine");
        var path = Path.Combine(Data, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, target);
        Should.Throw<StorageException>(() => DataDirectory.Open(Data)).Message.ShouldContain($"'{path}' is a symbolic link");
        (isFolder ? Directory.GetFiles(target).Length == 0 : File.ReadAllText(target) == "mine").ShouldBeTrue();
    }

    [Fact]
    public void Open_ADanglingLink_IsRefused()
    {
        Directory.CreateDirectory(Data);
        File.CreateSymbolicLink(Path.Combine(Data, "lock.pid"), _temp.FileNamed("not-there"));
        Should.Throw<StorageException>(() => DataDirectory.Open(Data)).Message.ShouldContain("is a symbolic link");
        File.Exists(_temp.FileNamed("not-there")).ShouldBeFalse();
    }

    [Fact]
    public void Open_AFileThatOthersMayWriteInAFolderTheyMayEnter_IsRefused()
    {
        Directory.CreateDirectory(Data);
        var token = Path.Combine(Data, "console-token");
        File.WriteAllText(token, "x");
        File.SetUnixFileMode(token, (UnixFileMode)0b110_110_110);
        File.SetUnixFileMode(Data, OwnerOnly | UnixFileMode.OtherExecute);
        Should.Throw<StorageException>(() => DataDirectory.Open(Data)).Message.ShouldContain($"chmod 600 '{token}'");
        File.SetUnixFileMode(Data, OwnerOnly);
        DataDirectory.Open(Data).Dispose();
    }

    [Fact]
    public void Find_AnotherUsersFolderOrFile_IsRefused()
    {
        Directory.CreateDirectory(Data);
        File.WriteAllText(Path.Combine(Data, "console-token"), "x");
        var own = FileFacts.ThisUser!.Value;
        FolderTrust.Find(Data, own).ShouldBeNull();
        FolderTrust.Find(Data, user: null).ShouldBeNull();
        Assert.SkipUnless(own == 0, "only root can give a file away");
        ChangeOwner(Path.Combine(Data, "console-token"), 1234, 1234).ShouldBe(0);
        FolderTrust.Find(Data, own).ShouldBe($"'{Path.Combine(Data, "console-token")}' belongs to user 1234, and Tieline runs as user 0. Run it as user 1234; or, if the content is yours, run: chown -R 0 '{Path.Combine(Data, "console-token")}'");
        ChangeOwner(Data, 1234, 1234).ShouldBe(0);
        FolderTrust.Find(Data, own)!.ShouldContain($"'{Data}' belongs to user 1234");
        FolderTrust.Find(Data, 1234).ShouldBeNull();
        FolderTrust.Find(Data, 1235)!.ShouldContain("runs as user 1235");
        ChangeOwner(Data, 0, 0).ShouldBe(0);
        FolderTrust.Find(Data, 1234).ShouldBeNull("what is root's only root can have put there");
    }

    [Fact]
    public void Open_ThroughALinkToTheDirectory_IsTheOperatorsChoice()
    {
        Directory.CreateDirectory(Data);
        File.CreateSymbolicLink(_temp.FileNamed("link"), Data);
        DataDirectory.Open(_temp.FileNamed("link")).Dispose();
    }

    [DllImport("libc", EntryPoint = "chown")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);
}
