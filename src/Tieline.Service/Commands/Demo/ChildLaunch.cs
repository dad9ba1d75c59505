namespace Tieline.Service.Commands.Demo;

/// <summary>How one child is started.</summary>
/// <param name="WorkingDirectory">Empty, so that no tieline.json and no .env is read.</param>
internal sealed record ChildLaunch(
    ProgramFile Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string WorkingDirectory);
