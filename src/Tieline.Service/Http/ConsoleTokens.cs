using Tieline.Service.Web.Access;

namespace Tieline.Service.Http;

/// <summary>The tokens of the data directory, and what each allows. The API takes the operator's only.</summary>
internal sealed class ConsoleTokens
{
    public const string ViewerFileName = "console-viewer-token";

    private ConsoleTokens(ConsoleToken @operator, ConsoleToken viewer) => (Operator, Viewer) = (@operator, viewer);

    public ConsoleToken Operator { get; }

    public ConsoleToken Viewer { get; }

    /// <summary>Reads them, and makes those that are not there.</summary>
    /// <param name="directory">The data directory, which this process holds.</param>
    public static ConsoleTokens Open(string directory) => new(ConsoleToken.Open(directory), ConsoleToken.Open(directory, ViewerFileName));

    /// <summary>Tokens that stand in no file: nobody has them.</summary>
    public static ConsoleTokens None() => new(ConsoleToken.OfNobody(), ConsoleToken.OfNobody());

    /// <returns>What whoever gave this may do; null: nothing.</returns>
    public string? RoleOf(string given) => Operator.Is(given) ? ConsoleRoles.Operator : Viewer.Is(given) ? ConsoleRoles.Viewer : null;

    /// <inheritdoc cref="ConsoleToken.Mark"/>
    public string MarkOf(string role) => (role == ConsoleRoles.Operator ? Operator : Viewer).Mark;

    /// <returns>The role of the token that has this mark; null where none has.</returns>
    public string? RoleOfMark(string? mark) => mark == Operator.Mark ? ConsoleRoles.Operator : mark == Viewer.Mark ? ConsoleRoles.Viewer : null;
}
