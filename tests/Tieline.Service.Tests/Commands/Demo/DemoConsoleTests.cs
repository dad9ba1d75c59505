using Tieline.Service.Commands.Demo;

namespace Tieline.Service.Tests.Commands.Demo;

public sealed class DemoConsoleTests : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };

    [Fact]
    public void On_a_terminal_what_is_said_stays_above_the_live_line()
    {
        var console = new DemoConsole(_output, () => 80);

        console.Live("one");
        console.Say("said");
        console.Live("two");
        console.EndLive();

        _output.ToString().ShouldBe("\r\u001b[2Kone\r\u001b[2Ksaid\none\r\u001b[2Ktwo\n");
    }

    [Fact]
    public void A_live_line_never_wraps()
    {
        new DemoConsole(_output, () => 30).Live(new string('x', 100));

        _output.ToString().ShouldEndWith("\u001b[2K" + new string('x', 29));
    }

    [Fact]
    public void Without_a_terminal_it_is_one_more_line()
    {
        var console = new DemoConsole(_output, null);

        console.Live("one");
        console.Live("two");
        console.EndLive();

        _output.ToString().ShouldBe("one\ntwo\n");
    }

    public void Dispose() => _output.Dispose();
}
