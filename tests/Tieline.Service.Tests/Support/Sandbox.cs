using Tieline.Service.Commands;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;

namespace Tieline.Service.Tests.Support;

/// <summary>A working directory and an environment of its own, and the program run in it, in this process.</summary>
internal sealed class Sandbox : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tieline-test-");

    public string Path => _directory.FullName;

    public Dictionary<string, string> Environment { get; } = [];

    public StopSignals Signals { get; } = new(TimeProvider.System);

    public Action<IServiceCollection>? Services { get; set; }

    /// <summary>What a person would type; null: nobody is there.</summary>
    public string? Typed { get; set; }

    /// <summary>With everything that is required.</summary>
    public static Sandbox Valid() => new()
    {
        Environment =
        {
            ["GENESYS_CLIENT_ID"] = "client",
            ["GENESYS_CLIENT_SECRET"] = "secret-of-the-client",
            ["CRM_WEBHOOK_URL"] = "https://crm.example/hook",
        },
    };

    public Sandbox File(string name, string text)
    {
        System.IO.File.WriteAllText(System.IO.Path.Combine(Path, name), text);
        return this;
    }

    public Sandbox Json(string text) => File("tieline.json", text);

    public Sandbox Variable(string name, string value)
    {
        Environment[name] = value;
        return this;
    }

    public LoadedConfiguration Load(params string[] set) => ConfigurationLoader.Load(new ConfigurationSources(Path, null, Environment, set));

    /// <summary>The options, of a configuration without errors.</summary>
    public TielineOptions Options(params string[] set)
    {
        var loaded = Load(set);
        loaded.Errors.ShouldBeEmpty();
        return loaded.Options;
    }

    public IReadOnlyList<string> Errors(params string[] set) => [.. Load(set).Errors.Select(e => e.ToString())];

    public async Task<Ran> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var typed = Typed is null ? null : new StringReader(Typed);
        var code = await TielineCommand.RunAsync(arguments, new CommandContext(output, error, Path, Environment, Signals, TimeProvider.System) { Services = Services, Input = typed });
        return new Ran(code, output.ToString(), error.ToString());
    }

    public void Dispose()
    {
        Signals.Dispose();
        _directory.Delete(recursive: true);
    }
}

internal sealed record Ran(int ExitCode, string Output, string Error);
