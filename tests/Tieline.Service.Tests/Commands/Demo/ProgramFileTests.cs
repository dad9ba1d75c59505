using Tieline.Service.Commands.Demo;
using Tieline.Service.Hosting;

namespace Tieline.Service.Tests.Commands.Demo;

public class ProgramFileTests
{
    [Fact]
    public void The_executable_is_run_by_itself() =>
        Find(["/b/crm-receiver", "/b/crm-receiver.dll"]).Path.ShouldBe("/b/crm-receiver");

    [Fact]
    public void A_library_is_run_by_the_dotnet_that_runs_us()
    {
        var program = Find(["/b/crm-receiver.dll"], "/opt/dotnet/dotnet");

        program.Path.ShouldBe("/opt/dotnet/dotnet");
        program.Prefix.ShouldBe(["/b/crm-receiver.dll"]);
    }

    [Fact]
    public void The_first_directory_wins() => Find(["/a/crm-receiver.dll", "/b/crm-receiver"]).Prefix.ShouldBe(["/a/crm-receiver.dll"]);

    [Fact]
    public void Where_there_is_none_it_says_what_to_do() =>
        Should.Throw<StartupException>(() => Find([])).Message.ShouldContain("eng/publish");

    private static ProgramFile Find(string[] files, string ownProcess = "/x/tieline") =>
        ProgramFile.Find("crm-receiver", ["/a", "/b"], ownProcess, path => files.Contains(path));
}
