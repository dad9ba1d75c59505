using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>The API's description, OpenAPI 3.1, from the table that its routes are made of.</summary>
internal static class OpenApi
{
    private const string Scheme = "token";

    private static readonly Dictionary<string, string> _inPath = new(StringComparer.Ordinal)
    {
        ["position"] = "A position in the journal.",
        ["id"] = "The conversation's id.",
        ["number"] = "The gap's number.",
        ["name"] = "The name of the destination, or of the token.",
    };

    public static async Task<byte[]> WriteAsync(IReadOnlyList<ApiOperation> operations) =>
        Encoding.UTF8.GetBytes(await Of(operations).SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, CancellationToken.None));

    private static OpenApiDocument Of(IReadOnlyList<ApiOperation> operations)
    {
        var document = new OpenApiDocument
        {
            Info = new OpenApiInfo
            {
                Title = "Tieline",
                Version = ProgramVersion.Text,
                Description = "All that the console shows and does. Lists come in pages: give the 'next' of an answer as 'cursor'. What is wrong is told as application/problem+json.",
            },
            Servers = [new OpenApiServer { Url = AdminApi.Path }],
            Components = new OpenApiComponents
            {
                Schemas = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal),
                SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
                {
                    [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = $"The text of '{ConsoleToken.FileName}' in the data directory, or a token that 'tieline token create' made. Each operation says which roles may use it." },
                },
            },
        };
        foreach (var shape in ApiShapes.All.Keys)
            document.Components.Schemas[shape] = SchemaOf(shape, document);
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
        document.Paths = [];
        foreach (var path in operations.GroupBy(operation => operation.Path))
        {
            var item = new OpenApiPathItem();
            foreach (var operation in path)
                item.AddOperation(new HttpMethod(operation.Method), Of(operation, document));
            document.Paths[path.Key] = item;
        }

        return document;
    }

    private static OpenApiOperation Of(ApiOperation operation, OpenApiDocument document)
    {
        var described = new OpenApiOperation { OperationId = IdOf(operation), Summary = operation.Summary, Description = $"Roles: {string.Join(", ", operation.Roles)}.", Responses = ResponsesOf(operation, document), Parameters = [] };
        foreach (var name in operation.Path.Split('/').Where(part => part.StartsWith('{')).Select(part => part[1..^1]))
        {
            var type = name is "position" or "number" ? "int" : "text";
            described.Parameters.Add(new OpenApiParameter { Name = name, In = ParameterLocation.Path, Required = true, Description = _inPath[name], Schema = Primitive(type, false) });
        }

        if (operation.IsRead)
        {
            foreach (var one in operation.Takes)
                described.Parameters.Add(new OpenApiParameter { Name = one.Name, In = ParameterLocation.Query, Required = one.IsRequired, Description = one.Description, Schema = SchemaOf(one) });
        }
        else if (operation.Takes.Count > 0)
        {
            var body = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Properties = operation.Takes.ToDictionary(one => one.Name, one => (IOpenApiSchema)SchemaOf(one), StringComparer.Ordinal),
                Required = operation.Takes.Where(one => one.IsRequired).Select(one => one.Name).ToHashSet(StringComparer.Ordinal),
                AdditionalPropertiesAllowed = false,
            };
            described.RequestBody = new OpenApiRequestBody { Required = !operation.MayBeEmpty, Content = Content(ApiMedia.Json, body) };
        }

        return described;
    }

    private static OpenApiResponses ResponsesOf(ApiOperation operation, OpenApiDocument document)
    {
        var shape = new OpenApiSchemaReference(operation.Shape, document);
        var good = Content(operation.Media, shape);
        if (operation.Media == ApiMedia.Lines && operation.Takes.Any(one => one.Name == "dryRun"))
            good[ApiMedia.Json] = new OpenApiMediaType { Schema = shape };
        var responses = new OpenApiResponses
        {
            [Text(operation.Status)] = new OpenApiResponse
            {
                Description = operation.Media switch { ApiMedia.Lines => "A JSON object a line.", ApiMedia.Events => "Server-sent events; the shape is that of their data.", _ => "Done." },
                Content = good,
            },
        };
        foreach (var status in (int[])[400, 401, 403, .. operation.Refusals, 503])
        {
            responses[Text(status)] = new OpenApiResponse
            {
                Description = ReasonPhrases.GetReasonPhrase(status),
                Content = Content(Problem.ContentType, new OpenApiSchemaReference("Problem", document)),
            };
        }

        return responses;
    }

    private static OpenApiSchema SchemaOf(string shape, OpenApiDocument document)
    {
        var members = ApiShapes.MembersOf(shape).ToList();
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = members.ToDictionary(member => member.Name, member => SchemaOf(member, document), StringComparer.Ordinal),
            Required = members.Where(member => member.IsRequired).Select(member => member.Name).ToHashSet(StringComparer.Ordinal),
        };
    }

    private static IOpenApiSchema SchemaOf(ApiMember member, OpenApiDocument document)
    {
        if (member.IsList)
            return new OpenApiSchema { Type = Nullable(JsonSchemaType.Array, member.MayBeNull), Items = SchemaOf(member with { IsList = false, MayBeNull = false }, document) };
        if (!ApiShapes.All.ContainsKey(member.Type))
            return Primitive(member.Type, member.MayBeNull);
        var reference = new OpenApiSchemaReference(member.Type, document);
        return member.MayBeNull ? new OpenApiSchema { AnyOf = [reference, new OpenApiSchema { Type = JsonSchemaType.Null }] } : reference;
    }

    private static OpenApiSchema SchemaOf(ApiParameter parameter)
    {
        var schema = Primitive(parameter.Type, false);
        if (parameter.Words.Count > 0)
            schema.Enum = [.. parameter.Words.Select(word => (JsonNode)JsonValue.Create(word))];
        if (parameter.Name == "limit")
            (schema.Minimum, schema.Maximum) = ("1", Text(ApiRequest.MaxLimit));
        return schema;
    }

    private static OpenApiSchema Primitive(string type, bool mayBeNull) => type switch
    {
        "int" => new OpenApiSchema { Type = Nullable(JsonSchemaType.Integer, mayBeNull), Format = "int64" },
        "num" => new OpenApiSchema { Type = Nullable(JsonSchemaType.Number, mayBeNull) },
        "bool" => new OpenApiSchema { Type = Nullable(JsonSchemaType.Boolean, mayBeNull) },
        "time" => new OpenApiSchema { Type = Nullable(JsonSchemaType.String, mayBeNull), Format = "date-time" },
        "text" => new OpenApiSchema { Type = Nullable(JsonSchemaType.String, mayBeNull) },
        "any" => new OpenApiSchema(),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such type"),
    };

    private static JsonSchemaType Nullable(JsonSchemaType type, bool mayBeNull) => mayBeNull ? type | JsonSchemaType.Null : type;

    private static Dictionary<string, IOpenApiMediaType> Content(string media, IOpenApiSchema schema) => new(StringComparer.Ordinal) { [media] = new OpenApiMediaType { Schema = schema } };

    /// <summary>Such as <c>post-destinations-name-pause</c>.</summary>
    private static string IdOf(ApiOperation operation) => operation.Method.ToLowerInvariant() + operation.Path.Replace('/', '-').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
