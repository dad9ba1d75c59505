namespace Tieline.Simulator.Notifications;

/// <summary>One event of one conversation on its way to sockets.</summary>
/// <param name="written">Called when the TCP connection of the first socket has taken it.</param>
/// <param name="fact">Which line of the facts it tells; -1: none.</param>
internal sealed class Notification(Action<int> written, int fact)
{
    private int _isWritten;

    public void MarkWritten()
    {
        if (Interlocked.Exchange(ref _isWritten, 1) == 0)
        {
            written(fact);
        }
    }
}
