namespace Tieline.Journal;

/// <summary>What became of an event at a destination. From good to bad: of several destinations the worst counts.</summary>
internal enum EntryFate
{
    /// <summary>It was accepted before the destination was configured: or its own filter does not let it through: it is not its.</summary>
    NotDue,

    Delivered,

    /// <summary>Retention has removed what would tell. It removes only what is settled.</summary>
    Expired,

    /// <summary>It will go out, or go out again.</summary>
    Waiting,

    DeadLettered,

    /// <summary>The destination has gone past it, and nothing says that it was delivered.</summary>
    Missing,
}
