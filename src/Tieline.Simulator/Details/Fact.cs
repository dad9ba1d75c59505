using System.Runtime.InteropServices;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>One thing that happened to a conversation: 8 bytes, since many are kept.</summary>
/// <param name="After">Milliseconds after the conversation's first event.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Queue">The queue it is in, by its index in the pool.</param>
/// <param name="Agent">Whose turn it is, by the index in the pool.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = 8)]
internal readonly record struct Fact(int After, EventKind Kind, byte Queue, byte Agent);
