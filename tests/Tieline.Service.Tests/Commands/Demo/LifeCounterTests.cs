using Tieline.Service.Commands.Demo;

namespace Tieline.Service.Tests.Commands.Demo;

public class LifeCounterTests
{
    [Fact]
    public void A_smaller_value_is_a_new_life()
    {
        var counter = new LifeCounter();

        foreach (var value in new[] { 10L, 25, 3, 7 })
            counter.Set(value);

        counter.Total.ShouldBe(32);
    }
}
