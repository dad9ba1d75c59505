namespace Tieline.Genesys;

internal enum DetailsJobState
{
    /// <summary><c>QUEUED</c>, <c>PENDING</c>.</summary>
    Running,

    /// <summary><c>FULFILLED</c>: the results are there.</summary>
    Fulfilled,

    /// <summary><c>FAILED</c>, <c>CANCELLED</c>, <c>EXPIRED</c>, and what nobody knows: there will be no results.</summary>
    Ended,
}
