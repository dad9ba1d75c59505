namespace Tieline.Service.Tests.Support;

/// <summary>For tests that read values of meters: .NET finds meters by name in the whole process, so another test's server would answer too.</summary>
[CollectionDefinition(nameof(MetersAreOfTheProcess), DisableParallelization = true)]
public sealed class MetersAreOfTheProcess;
