using Tieline.Delivery;
using Tieline.Journal;

namespace Tieline.Tests.Delivery;

public sealed class UnseenAttemptsTests
{
    private static readonly DeliveryOutcome _timedOut = new DeliveryOutcome.BackOff(BackOffReason.TimedOut, null, null);

    private readonly UnseenAttempts _unseen = new(openedAt: new JournalPosition(10), startedAt: new JournalPosition(20));

    [Fact]
    public void TryAskAgain_AfterAnAttemptWithoutAnAnswer_IsTrueOnce()
    {
        Asks(21).ShouldBeFalse();
        Note(_timedOut, 21);
        Asks(21).ShouldBeTrue();
        Asks(21).ShouldBeFalse();
        Note(_timedOut, 21);
        Asks(21).ShouldBeTrue();
    }

    [Fact]
    public void TryAskAgain_AnAnswerThatWasSeenInBetween_SaysNothingOfTheFirst()
    {
        Note(_timedOut, 21);
        Note(new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, 503, null), 21);
        Asks(21).ShouldBeTrue();
    }

    [Theory]
    [InlineData(BackOffReason.ConnectFailed, null, false)]
    [InlineData(BackOffReason.TimedOut, null, true)]
    [InlineData(BackOffReason.Broken, null, true)]
    [InlineData(BackOffReason.Throttled, 429, false)]
    [InlineData(BackOffReason.ServerFailed, 500, false)]
    [InlineData(BackOffReason.ServerFailed, 503, false)]
    [InlineData(BackOffReason.ServerFailed, 502, true)]
    [InlineData(BackOffReason.ServerFailed, 504, true)]
    [InlineData(BackOffReason.HtmlPage, 200, false)]
    [InlineData(BackOffReason.InProgress, 409, false)]
    public void Note_EachFailure_IsUnseenOrNot(object reason, int? status, bool isUnseen)
    {
        Note(new DeliveryOutcome.BackOff((BackOffReason)reason, status, null), 21);
        Asks(21).ShouldBe(isUnseen);
    }

    [Fact]
    public void TryAskAgain_WhatAnEarlierProcessLeft_IsTrueOnce()
    {
        Asks(10).ShouldBeTrue();
        Asks(10).ShouldBeFalse();
    }

    [Fact]
    public void TryAskAgain_WhatAnEarlierDispatcherLeft_IsTrueOnceWhereAnAttemptFailed()
    {
        Asks(11).ShouldBeFalse();
        Asks(20, attempts: 1).ShouldBeTrue();
        Asks(20, attempts: 2).ShouldBeFalse();
        Asks(21, attempts: 1).ShouldBeFalse(); // all of its attempts are known
    }

    [Fact]
    public void TryAskAgain_ABatch_IsTrueForAnyOfItAndThenForNone()
    {
        Note(_timedOut, 22);
        _unseen.TryAskAgain([Entries.Entry(21), Entries.Entry(22), Entries.Entry(5)]).ShouldBeTrue();
        _unseen.TryAskAgain([Entries.Entry(21), Entries.Entry(22), Entries.Entry(5)]).ShouldBeFalse();
    }

    [Fact]
    public void Forget_WhatIsSettled_LeavesNothing()
    {
        Note(_timedOut, 21);
        _unseen.Forget(new JournalPosition(21));
        Asks(21).ShouldBeFalse();
    }

    private void Note(DeliveryOutcome outcome, long position) => _unseen.Note([Entries.Entry(position)], outcome);

    private bool Asks(long position, int attempts = 0) => _unseen.TryAskAgain([Entries.Entry(position, attempts: attempts)]);
}
