using Tieline.Sequencing;

namespace Tieline.Service.Commands.Demo;

/// <summary>The demo's numbers, each with its reason.</summary>
internal static class DemoDefaults
{
    /// <summary>Events a second: enough to watch, little enough for any laptop.</summary>
    public const int Rate = 500;

    public const int MaxRate = 20_000;

    /// <summary>Where Tieline listens by default, so that what a newcomer tries against the demo works later too.</summary>
    public const int TielinePort = 3001;

    /// <summary>Ids that a failed comparison names.</summary>
    public const int MaxDifferences = 10;

    /// <summary>How long the end waits for what is on its way to the CRM.</summary>
    public static readonly TimeSpan DrainFor = TimeSpan.FromSeconds(15);

    /// <summary>How long the end waits for a Tieline that is just coming back: a gap shows only when the next event has come.</summary>
    public static readonly TimeSpan ReconnectFor = TimeSpan.FromSeconds(30);

    /// <summary>A program that does not answer by then has failed to start.</summary>
    public static readonly TimeSpan StartFor = TimeSpan.FromSeconds(20);

    /// <summary>Between SIGTERM and SIGKILL.</summary>
    public static readonly TimeSpan StopFor = TimeSpan.FromSeconds(10);

    /// <summary>Also how often the simulator's ledger is copied: what its death can cost of it.</summary>
    public static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(500);

    public static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    /// <summary>Between two looks at something that is awaited.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the three are waited for when they are asked how it goes.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    /// <summary>Without one by then, something is wrong on this machine.</summary>
    public static readonly TimeSpan FirstEventWithin = TimeSpan.FromSeconds(60);

    /// <summary>An event in a gap was sent at most this long before Tieline died: until then it may have been read and not yet journaled.</summary>
    public static readonly TimeSpan InFlight = TimeSpan.FromSeconds(1);

    /// <summary>How far apart Tieline takes two of a kind for one: the default, which the demo leaves as it is.</summary>
    public static readonly TimeSpan SameWithin = new GapOptions().SameWithin;
}
