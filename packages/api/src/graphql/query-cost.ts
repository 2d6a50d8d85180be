// The highest possible cost of an operation, computed from its variables and page sizes. A page of products with a page of
// movements for each costs one size times the other, however the query is written.
import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  getOperationAST,
  getVariableValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isCompositeType,
  isListType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The assumed length of a list without a page size: the lines of an order, the steps of a saga. */
const assumedLength = 10;
/** The assumed size of a page when the query gives none: the largest. */
const assumedPage = 100;

type Sizes = { readonly first?: number | null; readonly last?: number | null };

/**
 * The cost: one for each field, times the sizes of all pages that contain it. The document must be valid for the schema.
 * Null when its variables are not valid: the execution then returns their errors.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  operationName: string | null,
): number | null {
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return null;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (coerced === undefined) return null;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  /** Each fragment is counted once and remembered: fragments that spread each other would otherwise take exponential time. */
  const ofFragments = new Map<string, number>();

  const ofSelections = ({ selections }: SelectionSetNode, type: GraphQLCompositeType): number =>
    selections.reduce(
      (sum, selection) => sum + (isIncluded(selection) ? ofSelection(selection, type) : 0),
      0,
    );

  const isIncluded = (node: SelectionNode): boolean =>
    getDirectiveValues(GraphQLSkipDirective, node, coerced)?.['if'] !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, coerced)?.['if'] !== false;

  const ofSelection = (selection: SelectionNode, type: GraphQLCompositeType): number => {
    switch (selection.kind) {
      case Kind.FIELD:
        return ofField(selection, type);
      case Kind.INLINE_FRAGMENT:
        return ofSelections(selection.selectionSet, narrowed(selection.typeCondition?.name.value, type));
      case Kind.FRAGMENT_SPREAD: {
        const name = selection.name.value;
        const known = ofFragments.get(name);
        if (known !== undefined) return known;
        const fragment = fragments.get(name);
        if (fragment === undefined) return 0;
        const cost = ofSelections(fragment.selectionSet, narrowed(fragment.typeCondition.name.value, type));
        ofFragments.set(name, cost);
        return cost;
      }
    }
  };

  const narrowed = (name: string | undefined, type: GraphQLCompositeType): GraphQLCompositeType => {
    const condition = name === undefined ? undefined : schema.getType(name);
    return isCompositeType(condition) ? condition : type;
  };

  const ofField = (node: FieldNode, parent: GraphQLCompositeType): number => {
    const field = 'getFields' in parent ? parent.getFields()[node.name.value] : undefined;
    const type = field && getNamedType(field.type);
    if (field === undefined || !isCompositeType(type) || node.selectionSet === undefined) return 1;
    const isPaged = field.args.some(({ name }) => name === 'first');
    let items = 1;
    if (isPaged) {
      const { first, last } = getArgumentValues(field, node, coerced) as Sizes;
      items = Math.max(first ?? last ?? assumedPage, 1);
    } else if (isListType(getNullableType(field.type)) && !parent.name.endsWith('Connection')) {
      items = assumedLength;
    }
    return 1 + items * ofSelections(node.selectionSet, type);
  };

  return ofSelections(operation.selectionSet, root);
}
