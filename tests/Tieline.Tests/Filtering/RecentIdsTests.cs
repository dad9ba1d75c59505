using CsCheck;
using Tieline.Events;
using Tieline.Filtering;

namespace Tieline.Tests.Filtering;

public sealed class RecentIdsTests
{
    [Fact]
    public void TryAdd_TheSameTwice_IsKnown()
    {
        var recent = new RecentIds(2);
        recent.TryAdd(new EventId(1)).ShouldBeTrue();
        recent.TryAdd(new EventId(1)).ShouldBeFalse();
    }

    [Fact]
    public void TryAdd_OneMoreThanThereIsRoomFor_ForgetsTheOldest()
    {
        var recent = new RecentIds(2);
        recent.TryAdd(new EventId(1));
        recent.TryAdd(new EventId(2));
        recent.TryAdd(new EventId(3)).ShouldBeTrue();
        recent.TryAdd(new EventId(2)).ShouldBeFalse();
        recent.TryAdd(new EventId(1)).ShouldBeTrue();
    }

    [Fact]
    public void TryAdd_AnyIds_IsABoundedQueueOfDifferentOnes() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[0, 12].Array[0, 200]).Sample((capacity, ids) =>
        {
            var recent = new RecentIds(capacity);
            var model = new Queue<int>();
            foreach (var id in ids)
            {
                var isNew = !model.Contains(id);
                if (isNew)
                {
                    if (model.Count == capacity)
                        model.Dequeue();
                    model.Enqueue(id);
                }

                recent.TryAdd(new EventId((UInt128)id)).ShouldBe(isNew);
            }
        });
}
