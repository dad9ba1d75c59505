namespace Tieline.Service.Http;

/// <summary>One of the things that must be well for <c>/health/ready</c> to say 200. All that are registered are asked.</summary>
internal interface IReadinessCheck
{
    /// <summary>A closed set, kebab-case: <c>genesys-connection</c>.</summary>
    string Name { get; }

    /// <summary>What is wrong and what to check, for an operator; null when nothing is. Cheap, never throws, names no personal data and no secret.</summary>
    string? Problem { get; }

    /// <summary>What is not as it should be and yet no reason to be unready; null when nothing is. As <see cref="Problem"/> otherwise.</summary>
    string? Note => null;
}
