namespace Tieline.Simulator.Details;

/// <summary>A segment and whose it is.</summary>
internal readonly record struct SegmentInPlace(RecordParticipant Participant, RecordSession Session, RecordSegment Segment);
