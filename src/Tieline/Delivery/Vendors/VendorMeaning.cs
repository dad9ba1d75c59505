namespace Tieline.Delivery;

/// <summary>What an error code of a CRM's API says about what is to be done. In the order of their weight: of several codes in one answer, the first of these counts.</summary>
internal enum VendorMeaning
{
    /// <summary>About the whole destination: a quota, storage, a licence, a password, maintenance. Nothing goes out for <see cref="VendorCodes.Hold"/>, then it is asked again; no event is spent.</summary>
    Hold,

    /// <summary>"Slower, please", as 429.</summary>
    Throttle,

    /// <summary>Over by itself: a lock, a time-out, rolled back with others. Again, later.</summary>
    Retry,

    /// <summary>A field, a right or a credential is missing, as after 401: the destination is paused and probed. Of one event in a batch whose others were accepted, the event's own fault.</summary>
    Misconfigured,

    /// <summary>The event's own fault: a dead letter.</summary>
    Reject,
}
