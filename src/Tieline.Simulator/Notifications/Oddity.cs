namespace Tieline.Simulator.Notifications;

/// <summary>What is out of the ordinary about one body.</summary>
internal enum Oddity
{
    None,

    /// <summary>An agent's communication has its end and still says that it is connected; the body that follows completes it.</summary>
    Transitional,

    /// <summary>Values that no list of the API has.</summary>
    UnknownEnum,

    /// <summary>Members that no model of the API has.</summary>
    UnknownMember,

    /// <summary>One megabyte.</summary>
    Big,
}
