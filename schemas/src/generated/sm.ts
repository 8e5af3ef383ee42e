// Made by `npm run openapi` from openapi/sm.json.

export interface paths {
    "/api/producers/{producerId}/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the approval policy for new subscriptions */
        get: operations["getPolicy"];
        /** Set the approval policy for new subscriptions */
        put: operations["setPolicy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/subscriptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the subscriptions of a consumer */
        get: operations["listSubscriptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Approve, reject or revoke a subscription */
        patch: operations["changeSubscription"];
        trace?: never;
    };
    "/api/subscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Subscribe to a producer; returns 200 if the subscription exists already */
        post: operations["subscribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/subscribers/{producerId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the subscribers of a producer */
        get: operations["listSubscribers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/unsubscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Unsubscribe; messages accepted after the response are not delivered */
        delete: operations["unsubscribe"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            /**
             * @description URI reference of the problem type: `/docs/errors.md#` and the code in lower case
             * @example /docs/errors.md#mot_bad_input
             */
            type: string;
            title: string;
            status: number;
            /** @description Explanation of this occurrence, for humans */
            detail: string;
            /** @description Stable code of the problem, for programs */
            code: string;
            request_id: string;
            errors?: {
                /** @description JSON Pointer into the input */
                path: string;
                message: string;
            }[];
        };
        Subscription: {
            /** @description User id */
            id: number;
            /** @description User id */
            consumer_id: number;
            /** @description User id */
            producer_id: number;
            /** @enum {string} */
            status: "active" | "pending" | "inactive";
            created_at: string;
            activated_at: string | null;
            activated_version?: number | null;
            version?: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description User id
                 * @example 7
                 */
                producerId: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "approval": "manual"
                     *     }
                     */
                    "application/json": {
                        /** @enum {string} */
                        approval: "automatic" | "manual";
                    };
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description User id
                 * @example 7
                 */
                producerId: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "approval": "manual"
                 *     }
                 */
                "application/json": {
                    /** @enum {string} */
                    approval: "automatic" | "manual";
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "approval": "manual"
                     *     }
                     */
                    "application/json": {
                        /** @enum {string} */
                        approval: "automatic" | "manual";
                    };
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSubscriptions: {
        parameters: {
            query?: {
                /** @description User id */
                producer_id?: number;
                status?: "active" | "pending" | "inactive";
                /**
                 * @description Maximum number of items per page
                 * @example 100
                 */
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description User id
                 * @example 9
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "consumer_id": 9,
                     *       "subscriptions": [
                     *         {
                     *           "id": 12,
                     *           "consumer_id": 9,
                     *           "producer_id": 7,
                     *           "status": "active",
                     *           "created_at": "2026-01-31T08:20:00.000Z",
                     *           "activated_at": "2026-01-31T08:20:00.000Z",
                     *           "activated_version": 4,
                     *           "version": 4
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        /** @description User id */
                        consumer_id: number;
                        subscriptions: components["schemas"]["Subscription"][];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeSubscription: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description User id
                 * @example 12
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "status": "inactive"
                 *     }
                 */
                "application/json": {
                    /** @enum {string} */
                    status: "active" | "inactive";
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 12,
                     *       "consumer_id": 9,
                     *       "producer_id": 7,
                     *       "status": "inactive",
                     *       "created_at": "2026-01-31T08:20:00.000Z",
                     *       "activated_at": null,
                     *       "activated_version": null,
                     *       "version": 5
                     *     }
                     */
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_SM_NO_SUBSCRIPTION`: No such subscription */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_sm_no_subscription",
                     *       "title": "No such subscription",
                     *       "status": 404,
                     *       "detail": "No such subscription",
                     *       "code": "MOT_SM_NO_SUBSCRIPTION",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_SM_NOT_ASKED`: Consumer has unsubscribed */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_sm_not_asked",
                     *       "title": "Consumer has unsubscribed",
                     *       "status": 409,
                     *       "detail": "Consumer has unsubscribed",
                     *       "code": "MOT_SM_NOT_ASKED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    subscribe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "producer_id": 7
                 *     }
                 */
                "application/json": {
                    /** @description User id */
                    producer_id: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 12,
                     *       "consumer_id": 9,
                     *       "producer_id": 7,
                     *       "status": "active",
                     *       "created_at": "2026-01-31T08:20:00.000Z",
                     *       "activated_at": "2026-01-31T08:20:00.000Z",
                     *       "activated_version": 4,
                     *       "version": 4
                     *     }
                     */
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 12,
                     *       "consumer_id": 9,
                     *       "producer_id": 7,
                     *       "status": "active",
                     *       "created_at": "2026-01-31T08:20:00.000Z",
                     *       "activated_at": "2026-01-31T08:20:00.000Z",
                     *       "activated_version": 4,
                     *       "version": 4
                     *     }
                     */
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_SM_NO_SUCH_PRODUCER`: No such producer */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_sm_no_such_producer",
                     *       "title": "No such producer",
                     *       "status": 404,
                     *       "detail": "No such producer",
                     *       "code": "MOT_SM_NO_SUCH_PRODUCER",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSubscribers: {
        parameters: {
            query?: {
                status?: "active" | "pending" | "inactive";
                /**
                 * @description Maximum number of items per page
                 * @example 100
                 */
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description User id
                 * @example 7
                 */
                producerId: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "producer_id": 7,
                     *       "version": 4,
                     *       "subscribers": [
                     *         {
                     *           "subscription_id": 12,
                     *           "consumer_id": 9,
                     *           "username": "bob",
                     *           "status": "active",
                     *           "activated_at": "2026-01-31T08:20:00.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        /** @description User id */
                        producer_id: number;
                        version: number;
                        subscribers: {
                            /** @description User id */
                            subscription_id: number;
                            /** @description User id */
                            consumer_id: number;
                            username: string;
                            /** @enum {string} */
                            status: "active" | "pending" | "inactive";
                            activated_at: string | null;
                            activated_version?: number | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unsubscribe: {
        parameters: {
            query?: {
                /**
                 * @description User id
                 * @example 7
                 */
                producer_id?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_SM_NO_SUBSCRIPTION`: No such subscription */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_sm_no_subscription",
                     *       "title": "No such subscription",
                     *       "status": 404,
                     *       "detail": "No such subscription",
                     *       "code": "MOT_SM_NO_SUBSCRIPTION",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
