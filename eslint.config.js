import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      '.cache/',
      'src/generated/',
      'src/formats/index/kernel/assembly/',
      // Not `fixtures/**`: what is within an ignored directory cannot be taken out again.
      'fixtures/*',
      '!fixtures/make',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers print as they are; only objects and `undefined` in a template are mistakes.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `() => void call()` says nothing that `() => call()` does not.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // noUncheckedIndexedAccess types every `bytes[i]` in a bounded loop as possibly undefined; `!` is then the
      // only honest spelling, because a fallback value would hide a wrong bound.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A `while (true)` with its exits inside is the plainest form of a decoder's loop.
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // These print for a person at a terminal.
    files: ['scripts/**/*.ts', 'bench/**/*.ts', 'fixtures/make/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
);
