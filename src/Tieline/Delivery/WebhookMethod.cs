namespace Tieline.Delivery;

/// <summary>How a request is sent: a CRM's own API may want an upsert as <c>PATCH</c> or <c>PUT</c>.</summary>
internal enum WebhookMethod
{
    Post,
    Put,
    Patch,
}
