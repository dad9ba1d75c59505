using System.Collections.Concurrent;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>A CRM with every trouble at once: bursts of 500, resets before and after it has taken an event, requests that hang, conversations it will not have.</summary>
[Trait("Guarantee", "G1")]
[Trait("Guarantee", "G4")]
[Trait("Guarantee", "G5")]
public sealed class TroubleTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _settlesWithin = TimeSpan.FromSeconds(240);

    [Fact]
    public async Task All_arrives_in_order_twice_only_where_the_answer_was_lost_and_a_dead_letter_is_what_was_refused()
    {
        var seed = Seed.Next();
        var trouble = new Trouble(seed);
        await using var site = await Site.StartAsync(options =>
        {
            options.Crm.Decide = trouble.Answer;
            options.Settings.Add("Destinations:0:Timeout=00:00:02");
        });
        await site.MoreEventsAsync(1_500, _soon);
        var account = await site.SettleAsync(_settlesWithin);

        account.ShouldBalance();
        account.InGaps.ShouldBeEmpty();
        account.SecondCopies.ShouldBeSubsetOf(trouble.Unseen, $"seed {seed}: {account}");
        site.AuditLines("dead-lettered").Select(line => line.Entry.Id!).ShouldBe(trouble.Refused, ignoreOrder: true, $"seed {seed}");
        trouble.Unseen.Count.ShouldBeGreaterThan(0, $"seed {seed}");
        trouble.Refused.Count.ShouldBeGreaterThan(0, $"seed {seed}");
        Say($"{account.Delivered} delivered in {account.Requests.Count} requests, {account.DeadLettered} refused, {account.SecondCopies.Count} second copies for {trouble.Unseen.Count} answers that were lost (seed {seed})");
    }

    private sealed class Trouble(int seed)
    {
        private const int Burst = 12;

        private readonly Lock _gate = new();
        private readonly Random _random = new(seed);
        private readonly ConcurrentDictionary<string, bool> _unseen = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, bool> _refused = new(StringComparer.Ordinal);
        private int _burst;

        /// <summary>Taken, and the answer lost.</summary>
        public ICollection<string> Unseen => _unseen.Keys;

        public ICollection<string> Refused => _refused.Keys;

        public CrmAnswer? Answer(CrmRequest request)
        {
            lock (_gate)
            {
                // By its id, so that it is refused whenever it comes.
                if (request.Id!.EndsWith('3') && request.Id[^2] < '8')
                {
                    _refused[request.Id] = true;
                    return new CrmAnswer { Status = 422 };
                }

                if (_burst > 0 || _random.Next(100) == 0)
                {
                    _burst = (_burst + 1) % Burst;
                    return new CrmAnswer { Status = 500 };
                }

                switch (_random.Next(200))
                {
                    case < 4:
                        return new CrmAnswer { Close = "unprocessed" };
                    case < 12:
                        _unseen[request.Id] = true;
                        return new CrmAnswer { Close = "processed" };
                    case < 13:
                        return new CrmAnswer { Hang = true };
                    default:
                        return null;
                }
            }
        }
    }
}
