using Microsoft.AspNetCore.Components;
using Tieline.Service.Web.Figures;

namespace Tieline.Service.Web.Shell;

/// <summary>A component that shows the newest figures, and is rendered again with each reading.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private IDisposable? _watch;

    [CascadingParameter]
    public Preferences? Preferences { get; set; }

    [Inject]
    private protected ConsoleFeed Feed { get; set; } = default!;

    [Inject]
    private protected TimeProvider Clock { get; set; } = default!;

    /// <summary>Null while Tieline starts or stops.</summary>
    private protected Overview? Overview { get; private set; }

    private protected TimeZoneInfo Zone => Preferences?.TimeZone ?? TimeZoneInfo.Utc;

    private protected string At(DateTimeOffset? time) => Show.Time(time, Zone, Clock.GetUtcNow());

    protected override void OnInitialized() => Overview = Feed.Current;

    protected override void OnAfterRender(bool firstRender)
    {
        // Not in a prerendering, which nobody watches.
        if (firstRender)
            _watch = Feed.Watch(() => _ = InvokeAsync(RefreshAsync));
    }

    /// <summary>With each reading: what else a page shows is read here.</summary>
    private protected virtual Task ReadAsync() => Task.CompletedTask;

    protected virtual void Dispose(bool disposing) => _watch?.Dispose();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    private async Task RefreshAsync()
    {
        Overview = Feed.Current;
        await ReadAsync();
        StateHasChanged();
    }
}
