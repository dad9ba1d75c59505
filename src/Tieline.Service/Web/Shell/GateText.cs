using Tieline.Delivery;

namespace Tieline.Service.Web.Shell;

/// <summary>A destination's state in words.</summary>
internal static class GateText
{
    public static string WordOf(GateState state) => state switch { GateState.Open => "Open", GateState.Held => "Asked to wait", GateState.Paused => "Paused", GateState.Down => "Down", _ => "Refuses us" };

    public static string ClassOf(GateState state) => state switch { GateState.Open => "good", GateState.Held or GateState.Paused => "watch", _ => "bad" };
}
