namespace Tieline.FunctionalTests;

/// <summary>Tests that drive load or measure: one at a time, when no other runs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Load
{
    public const string Name = "Load";
}
