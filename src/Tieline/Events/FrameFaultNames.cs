namespace Tieline.Events;

/// <summary>The faults as they are counted: <c>tieline.fault</c>.</summary>
internal static class FrameFaultNames
{
    public static string Of(FrameFault fault) => fault switch
    {
        FrameFault.Control => "control",
        FrameFault.NotJson => "not_json",
        FrameFault.NotAnObject => "not_an_object",
        FrameFault.NoSequence => "no_sequence",
        FrameFault.NoType => "no_type",
        FrameFault.NoConversation => "no_conversation",
        FrameFault.WrongType => "wrong_type",
        FrameFault.BadTimestamp => "bad_timestamp",
        FrameFault.BadValue => "bad_value",
        FrameFault.Binary => "binary",
        FrameFault.TooBig => "too_big",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault"),
    };
}
