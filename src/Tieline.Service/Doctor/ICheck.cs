namespace Tieline.Service.Doctor;

/// <summary>Looks at one thing that Tieline needs, and changes nothing.</summary>
internal interface ICheck
{
    /// <summary>For scripts, and for whoever waits.</summary>
    string Name { get; }

    /// <returns>One finding for each thing that was looked at, in the order in which people read them.</returns>
    Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation);
}
