namespace Tieline.Service.Commands.Demo;

/// <summary>A gap as Tieline's audit log tells it.</summary>
internal sealed record GapSpan(long FirstSequence, long LastSequence, long Missing, string Reason)
{
    public bool Holds(long sequence) => sequence >= FirstSequence && sequence <= LastSequence;
}
