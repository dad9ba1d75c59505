namespace Tieline.Service.Commands.Demo;

/// <summary>Personal data where none may be.</summary>
/// <param name="Where">A file, or what was fetched.</param>
/// <param name="Offset">In bytes.</param>
internal sealed record PersonalDataHit(string Where, string Marker, long Offset);
