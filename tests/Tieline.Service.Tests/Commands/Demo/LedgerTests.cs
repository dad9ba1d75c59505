using Tieline.Service.Commands.Demo;

namespace Tieline.Service.Tests.Commands.Demo;

public class LedgerTests
{
    private static readonly DateTimeOffset _noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly Ledger _ledger = new();

    [Fact]
    public void A_row_is_asked_for_again_until_a_socket_has_taken_it()
    {
        _ledger.Take([Row(1, written: true), Row(2, written: false), Row(3, written: true)], _noon);
        _ledger.UnsettledFrom(_noon).ShouldBe(2);

        _ledger.Take([Row(2, written: true), Row(3, written: true), Row(4, written: true)], _noon);

        _ledger.UnsettledFrom(_noon).ShouldBe(5);
        _ledger.Rows.Select(row => (row.Sequence, row.Written)).ShouldBe([(1, true), (2, true), (3, true), (4, true)]);
    }

    [Fact]
    public void A_row_that_no_socket_took_in_time_is_final()
    {
        _ledger.Take([Row(1, written: false)], _noon);

        _ledger.UnsettledFrom(_noon.AddSeconds(5.1)).ShouldBe(2);
    }

    [Fact]
    public void What_a_dead_simulator_told_stays()
    {
        _ledger.Take([Row(1, written: false)], _noon);
        _ledger.Lost(_noon.AddSeconds(1));
        _ledger.Take([Row(5001, written: true)], _noon.AddSeconds(2));

        _ledger.Rows.Select(row => row.Sequence).ShouldBe([1, 5001]);
    }

    private static LedgerRow Row(long sequence, bool written) => new(sequence, $"evt_{sequence}", "t", null, "c1", _noon, Passes: true, written);
}
