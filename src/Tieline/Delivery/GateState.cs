namespace Tieline.Delivery;

internal enum GateState
{
    /// <summary>Sending.</summary>
    Open,

    /// <summary>The destination asked for a pause, and has it.</summary>
    Held,

    /// <summary>A person has paused it: nothing goes out, no probe either, until a person resumes it.</summary>
    Paused,

    /// <summary>It fails as a whole: one probe at a time, after 1, 2, 4, then every 5 s.</summary>
    Down,

    /// <summary>It is set up wrongly (401, 403, 404, 410): one probe a minute.</summary>
    Misconfigured,
}
