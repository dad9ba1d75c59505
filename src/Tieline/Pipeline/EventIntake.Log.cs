using Microsoft.Extensions.Logging;
using Tieline.Events;
using Tieline.Sequencing;

namespace Tieline.Pipeline;

internal sealed partial class EventIntake
{
    [LoggerMessage(EventId = 6101, EventName = "GapDetected", Level = LogLevel.Warning,
        Message = "Gap {Number}: sequences {First} to {Last}, {Missing} missing ({Reason}); {Suppressed} more of that reason were not logged since the last such line")]
    private static partial void LogGap(ILogger logger, long number, long first, long last, long missing, GapReason reason, long suppressed);

    [LoggerMessage(EventId = 6102, EventName = "NumberingRestarted", Level = LogLevel.Warning, Message = "The numbering started again at {Sequence} (epoch {Epoch}); what lies between is listed as a gap")]
    private static partial void LogNewEpoch(ILogger logger, long epoch, long sequence);

    [LoggerMessage(EventId = 6103, EventName = "FrameRefused", Level = LogLevel.Warning,
        Message = "A frame is no event ({Fault}, sequence {Sequence}); {Suppressed} more like it were not logged since the last such line")]
    private static partial void LogFault(ILogger logger, FrameFault fault, long? sequence, long suppressed);

    [LoggerMessage(EventId = 6104, EventName = "EndsDiffer", Level = LogLevel.Warning,
        Message = "Conversation {ConversationId} has ended in another way already; a snapshot says {State}: not sent; {Suppressed} more like it were not logged since the last such line")]
    private static partial void LogConflict(ILogger logger, string conversationId, string? state, long suppressed);
}
