using System.Runtime.InteropServices;

namespace Tieline.Journal;

/// <summary>What retention may remove, as of one look.</summary>
/// <param name="Through">Nothing up to here is needed any more; <see cref="JournalPosition.Start"/> where all is.</param>
/// <param name="FactsSeen">The newest fact there was: what later ones need, this does not know.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Removable(JournalPosition Through, long FactsSeen);
