namespace Tieline.Service.Alerts;

/// <summary>One figure, as a rule sees it.</summary>
internal readonly record struct AlertFigure(AlertLabels Labels, double Value);
