namespace Tieline.Service.Doctor;

/// <summary>What a check came to.</summary>
internal enum Verdict
{
    Pass,

    /// <summary>It works, and someone should look.</summary>
    Warn,

    /// <summary>Tieline cannot do all its work like this.</summary>
    Fail,

    /// <summary>Not looked at, and why is said.</summary>
    Skip,
}
